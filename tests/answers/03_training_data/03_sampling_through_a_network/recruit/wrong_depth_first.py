# message: all of a wave are read before the next
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    while waiting:
        account = waiting.pop()
        for followed in follows[account]:
            if followed not in wave and len(wave) < n:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave
