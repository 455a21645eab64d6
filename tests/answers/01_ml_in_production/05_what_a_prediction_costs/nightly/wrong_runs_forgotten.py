# message: every run scores every row
def price_per_use(share, night, look, runs=1):
    return night / share + look


def break_even(night, look, request, runs=1):
    if request <= look or night > request - look:
        return None
    return night / (request - look)
