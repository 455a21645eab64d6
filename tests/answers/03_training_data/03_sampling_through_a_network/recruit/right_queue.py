from collections import deque


def recruit(follows, seeds, n):
    wave = {seed: 0 for seed in seeds}
    queue = deque(seeds)
    while queue:
        account = queue.popleft()
        for followed in follows[account]:
            if len(wave) >= n:
                return wave
            if followed not in wave:
                wave[followed] = wave[account] + 1
                queue.append(followed)
    return wave
