from collections import Counter


def count_windows(events, width, delay):
    largest, counts, dropped = None, Counter(), 0
    for time, _ in events:
        end = (time // width + 1) * width
        if largest is not None and largest - delay >= end:
            dropped += 1
            continue
        counts[end - width] += 1
        largest = time if largest is None else max(largest, time)
    return counts, dropped
