# message: expected nobody: c leads to a
def out_of_reach(follows, seeds):
    return {account for account, list_ in follows.items() if not list_} - set(seeds)
