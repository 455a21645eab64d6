# message: followed, but by each other alone
def out_of_reach(follows, seeds):
    followed = {account for list_ in follows.values() for account in list_}
    return set(follows) - followed - set(seeds)
