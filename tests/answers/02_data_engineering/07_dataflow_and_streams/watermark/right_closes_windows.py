def count_windows(events, width, delay):
    open_windows, closed, dropped, watermark = {}, {}, 0, float("-inf")
    for time, _ in events:
        start = time - time % width
        if start + width <= watermark:
            dropped += 1
            continue
        open_windows[start] = open_windows.get(start, 0) + 1
        watermark = max(watermark, time - delay)
        for over in [s for s in open_windows if s + width <= watermark]:
            closed[over] = open_windows.pop(over)
    return closed | open_windows, dropped
