# message: compare logarithms
import heapq


def weighted_reservoir(stream, k, rng):
    heap = []
    for number, (item, weight) in enumerate(stream):
        heapq.heappush(heap, (rng.random() ** (1 / weight), number, item))
        if len(heap) > k:
            heapq.heappop(heap)
    return [item for _, _, item in heap]
