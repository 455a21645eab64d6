# message: expected a 0, b 1, c 1, d 2
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    for account in seeds:
        for followed in follows[account]:
            if followed not in wave and len(wave) < n:
                wave[followed] = 1
    return wave
