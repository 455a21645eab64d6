# message: Links lead one way
def out_of_reach(follows, seeds):
    reached, waiting = set(seeds), list(seeds)
    while waiting:
        account = waiting.pop()
        known = set(follows[account]) | {a for a in follows if account in follows[a]}
        waiting += known - reached
        reached |= known
    return set(follows) - reached
