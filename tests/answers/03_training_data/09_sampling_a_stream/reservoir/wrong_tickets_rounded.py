# message: do not round them
import heapq


def reservoir(stream, k, rng):
    heap = []
    for number, item in enumerate(stream):
        heapq.heappush(heap, (round(rng.random(), 2), number, item))
        if len(heap) > k:
            heapq.heappop(heap)
    return [item for _, _, item in heap]
