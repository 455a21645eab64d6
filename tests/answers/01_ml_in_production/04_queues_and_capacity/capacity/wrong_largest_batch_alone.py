# message: 1,100 queries kept the server busy
def capacity(records):
    last = records[-1]
    return 1e3 * last["batch"] / last["cycle_ms"]
