def mean_wait_ms(batch, rate):
    gap = 1000 / rate
    return sum(place * gap for place in range(batch)) / batch
