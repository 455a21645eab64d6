# message: yours is that of full batches
def capacity(records):
    last = records[-1]
    return 1e3 * last["batch"] / last["cycle_ms"]
