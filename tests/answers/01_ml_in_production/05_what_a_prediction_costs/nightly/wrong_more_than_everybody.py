# message: a share above 1 is more than everybody
def price_per_use(share, night, look, runs=1):
    return runs * night / share + look


def break_even(night, look, request, runs=1):
    return runs * night / (request - look) if request > look else None
