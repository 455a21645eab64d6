# message: expected 0: seeds are wave 0
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 1)
    waiting = list(seeds)
    for account in waiting:
        for followed in follows[account]:
            if followed not in wave and len(wave) < n:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave
