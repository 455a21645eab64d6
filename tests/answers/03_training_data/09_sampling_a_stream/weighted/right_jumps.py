import heapq
import math
from itertools import islice


def weighted_reservoir(stream, k, rng):
    heap = [(math.log(1 - rng.random()) / w, str(i), i) for i, w in islice(stream, k)]
    heapq.heapify(heap)
    if k == 0 or len(heap) < k:
        return [item for _, _, item in heap]
    skip = math.log(1 - rng.random()) / heap[0][0]
    for item, weight in stream:
        skip -= weight
        if skip <= 0:
            room = -math.expm1(heap[0][0] * weight)
            ticket = math.log1p(-room * rng.random()) / weight
            heapq.heapreplace(heap, (ticket, str(item), item))
            skip = math.log(1 - rng.random()) / heap[0][0]
    return [item for _, _, item in heap]
