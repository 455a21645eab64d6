# message: in the order of the lists
def recruit(follows, seeds, n):
    wave = dict.fromkeys(seeds, 0)
    newest, number = list(seeds), 0
    while newest and len(wave) < n:
        number += 1
        new = {followed for account in newest for followed in follows[account]} - set(wave)
        newest = sorted(new)
        for account in newest:
            if len(wave) < n:
                wave[account] = number
    return wave
