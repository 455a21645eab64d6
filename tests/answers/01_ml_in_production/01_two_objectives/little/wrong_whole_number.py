# message: a rate need not be a whole number
def answers_per_second(under_way, latency_ms):
    return 1000 * under_way // latency_ms


def three_figures(sent_s, done_s):
    latency = (sum(done_s) - sum(sent_s)) / len(done_s)
    rate = len(sent_s) / (max(done_s) - min(sent_s))
    return rate, 1e3 * latency, rate * latency
