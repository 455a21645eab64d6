# message: With lookups that cost more than requests
def price_per_use(share, night, look, runs=1):
    return runs * night / share + look


def break_even(night, look, request, runs=1):
    if request == look:
        return None
    share = runs * night / (request - look)
    return share if share <= 1 else None
