# message: expected 1, seeds included
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    for account in waiting:
        for followed in follows[account]:
            if followed not in wave and len(wave) - len(seeds) < n:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave
