# message: The watermark follows the event times
def count_windows(events, width, delay):
    counts, dropped, watermark = {}, 0, float("-inf")
    for event_time, arrival_time in events:
        start = event_time // width * width
        if start + width <= watermark:
            dropped += 1
        else:
            counts[start] = counts.get(start, 0) + 1
        watermark = max(watermark, arrival_time - delay)
    return counts, dropped
