# message: the dropped are counted too
def count_windows(events, width, delay):
    counts, dropped, watermark = {}, 0, float("-inf")
    for event_time, _arrival_time in events:
        start = event_time // width * width
        if start + width <= watermark:
            continue
        else:
            counts[start] = counts.get(start, 0) + 1
        watermark = max(watermark, event_time - delay)
    return counts, dropped
