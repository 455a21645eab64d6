# message: gave a rate of
def answers_per_second(under_way, latency_ms):
    return 1e3 * under_way / latency_ms


def three_figures(sent_s, done_s):
    latency = (sum(done_s) - sum(sent_s)) / len(done_s)
    return 1 / latency, 1e3 * latency, 1.0
