# message: take nothing out of them
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    for account in waiting:
        while follows[account] and len(wave) < n:
            followed = follows[account].pop(0)
            if followed not in wave:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave
