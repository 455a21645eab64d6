# message: only those who ask are looked up
def price_per_use(share, night, look, runs=1):
    return (runs * night + look) / share


def break_even(night, look, request, runs=1):
    share = (runs * night + look) / request
    return share if share <= 1 else None
