def out_of_reach(follows, seeds):
    out = set(follows) - set(seeds)
    while True:
        saved = {
            followed for account in follows if account not in out for followed in follows[account]
        }
        if not out & saved:
            return out
        out -= saved
