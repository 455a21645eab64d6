# message: expected 2, seeds included
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    for account in waiting:
        if len(wave) >= n:
            break
        for followed in follows[account]:
            if followed not in wave:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave
