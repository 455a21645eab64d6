# message: expected a dictionary, account -> wave
def recruit(follows, seeds, n):
    waiting = list(seeds)
    for account in waiting:
        for followed in follows[account]:
            if followed not in waiting and len(waiting) < n:
                waiting.append(followed)
    return waiting
