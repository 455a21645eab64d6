# message: is not to be rounded
def mean_wait_ms(batch, rate):
    return 1000 // rate * (batch - 1) / 2
