# message: do the highest stay
import heapq
import math


def weighted_reservoir(stream, k, rng):
    heap = []
    for number, (item, weight) in enumerate(stream):
        heapq.heappush(heap, (-math.log(1 - rng.random()) / weight, number, item))
        if len(heap) > k:
            heapq.heappop(heap)
    return [item for _, _, item in heap]
