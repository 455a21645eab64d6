# message: from the first query sent to the last answer
def answers_per_second(under_way, latency_ms):
    return 1e3 * under_way / latency_ms


def three_figures(sent_s, done_s):
    latency = (sum(done_s) - sum(sent_s)) / len(done_s)
    rate = len(sent_s) / (sent_s[-1] - sent_s[0])
    return rate, 1e3 * latency, rate * latency
