# message: expected that no seed is
def out_of_reach(follows, seeds):
    reached, waiting = set(seeds), list(seeds)
    while waiting:
        new = set(follows[waiting.pop()]) - reached
        reached |= new
        waiting += new
    return reached
