# message: the rows of those who never ask are paid for as well
def price_per_use(share, night, look, runs=1):
    return runs * night + look


def break_even(night, look, request, runs=1):
    if request <= look or runs * night > request - look:
        return None
    return runs * night / (request - look)
