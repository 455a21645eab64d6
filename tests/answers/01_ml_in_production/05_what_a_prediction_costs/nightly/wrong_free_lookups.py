# message: a request that is saved still costs its lookup
def price_per_use(share, night, look, runs=1):
    return runs * night / share + look


def break_even(night, look, request, runs=1):
    share = runs * night / request
    return share if share <= 1 else None
