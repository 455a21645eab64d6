def price_per_use(share, night, look, runs=1):
    customers = 1000
    asked = share * customers
    return (customers * runs * night + asked * look) / asked


def break_even(night, look, request, runs=1):
    saved = request - look
    if saved <= 0 or runs * night / saved > 1:
        return None
    return runs * night / saved
