from functools import lru_cache


def replay(trace, size):
    calls = []

    @lru_cache(maxsize=size)
    def score(version, row):
        calls.append((version, row))

    for version, row in trace:
        score(version, row)
    return score.cache_info().hits, calls
