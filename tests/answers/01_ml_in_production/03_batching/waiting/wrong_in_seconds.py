# message: expected 87.5
def mean_wait_ms(batch, rate):
    return (batch - 1) / (2 * rate)
