# message: a mean of the rates of the sizes forgets
def capacity(records):
    rates = [1e3 * one["batch"] / one["cycle_ms"] for one in records]
    return sum(rates) / len(rates)
