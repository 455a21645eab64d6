# message: expected nobody: c leads to a
def out_of_reach(follows, seeds):
    reached, waiting = set(seeds), list(seeds)
    while waiting:
        account = waiting.pop()
        new = {a for a in follows if account in follows[a]} - reached
        reached |= new
        waiting += new
    return set(follows) - reached
