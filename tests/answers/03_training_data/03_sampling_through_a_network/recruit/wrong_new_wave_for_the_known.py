# message: also where somebody follows them
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    for account in waiting:
        for followed in follows[account]:
            if followed not in wave:
                if len(wave) >= n:
                    return wave
                waiting.append(followed)
            wave[followed] = wave[account] + 1
    return wave
