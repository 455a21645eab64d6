def recruit(follows, seeds, n):
    found = {seed: 0 for seed in seeds}
    newest, number = list(seeds), 0
    while newest and len(found) < n:
        number += 1
        candidates = [followed for account in newest for followed in follows[account]]
        newest = []
        for account in candidates:
            if len(found) == n:
                break
            if account not in found:
                found[account] = number
                newest.append(account)
    return found
