def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    for account in waiting:
        for followed in follows[account]:
            if followed not in wave and len(wave) < n:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave


def out_of_reach(follows, seeds):
    return set(follows) - set(recruit(follows, seeds, len(follows)))
