# message: Did you go on to the last wave
def out_of_reach(follows, seeds):
    reached = set(seeds)
    for _ in range(2):
        for account in list(reached):
            reached.update(follows[account])
    return set(follows) - reached
