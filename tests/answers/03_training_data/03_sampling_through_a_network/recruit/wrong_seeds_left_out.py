# message: expected the seed in it
def recruit(follows, seeds, n):
    wave = {}
    waiting = [(seed, 0) for seed in seeds]
    for account, number in waiting:
        for followed in follows[account]:
            if followed not in wave and followed not in seeds and len(wave) < n:
                wave[followed] = number + 1
                waiting.append((followed, number + 1))
    return wave
