# message: expected 87.5
def mean_wait_ms(batch, rate):
    return 1e3 * batch / (2 * rate)
