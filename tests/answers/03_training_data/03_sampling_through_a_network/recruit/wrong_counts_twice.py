# message: you find 5 accounts from ann; expected 6
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    seen = len(seeds)
    for account in waiting:
        for followed in follows[account]:
            if seen >= n:
                return wave
            seen += 1
            if followed not in wave:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave
