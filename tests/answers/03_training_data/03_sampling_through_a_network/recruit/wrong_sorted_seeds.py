# message: kim's before abe's
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = sorted(seeds)
    for account in waiting:
        for followed in follows[account]:
            if followed not in wave and len(wave) < n:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave
