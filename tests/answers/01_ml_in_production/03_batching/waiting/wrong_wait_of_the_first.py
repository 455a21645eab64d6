# message: the first waits for 7 gaps, the last for none
def mean_wait_ms(batch, rate):
    return 1e3 * (batch - 1) / rate
