def out_of_reach(follows, seeds):
    reached = set(seeds)
    before = None
    while reached != before:
        before = set(reached)
        for account in before:
            reached.update(follows[account])
    return sorted(set(follows) - reached)
