# message: Is the ticket u to the power of 1/w
import heapq


def weighted_reservoir(stream, k, rng):
    heap = []
    for number, (item, _) in enumerate(stream):
        heapq.heappush(heap, (rng.random(), number, item))
        if len(heap) > k:
            heapq.heappop(heap)
    return [item for _, _, item in heap]
