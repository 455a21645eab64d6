# message: network or seeds have changed
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    for account in seeds:
        for followed in follows[account]:
            if followed not in wave and len(wave) < n:
                wave[followed] = wave[account] + 1
                seeds.append(followed)
    return wave
