# message: c leads to a, and a to b
def out_of_reach(follows, seeds):
    reached = set(seeds)
    for seed in seeds:
        reached.update(follows[seed])
    return set(follows) - reached
