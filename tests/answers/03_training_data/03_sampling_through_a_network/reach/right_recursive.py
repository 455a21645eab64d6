def out_of_reach(follows, seeds):
    reached = set()

    def visit(account):
        if account not in reached:
            reached.add(account)
            for followed in follows[account]:
                visit(followed)

    for seed in seeds:
        visit(seed)
    return frozenset(follows) - reached
