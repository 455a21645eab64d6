# message: go from the follower to the followed
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    for account in waiting:
        for follower, followed in follows.items():
            if account in followed and follower not in wave and len(wave) < n:
                wave[follower] = wave[account] + 1
                waiting.append(follower)
    return wave
