"""Samplers of a stream: one pass, k places, and no knowledge of how much is still to come.

Each may be stopped at any moment: what it has kept is its sample of what has passed so far.
"""

import heapq
import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


def reservoir_r(stream: Iterable[Item], k: int, rng: np.random.Generator) -> list[Item]:
    """Keep a simple random sample of k of what has passed: item i comes in with chance k / i.

    Fewer than k where the stream is shorter. One random number per item.
    (Vitter, "Random sampling with a reservoir", 1985: algorithm R, which he credits to Waterman.)
    """
    items = iter(stream)
    kept = list(islice(items, k))
    for seen, item in enumerate(items, start=k + 1):
        place = rng.integers(seen)
        if place < k:
            kept[place] = item
    return kept


def reservoir_l(stream: Iterable[Item], k: int, rng: np.random.Generator) -> list[Item]:
    """Keep a simple random sample of k, as R does, but draw how many items to skip.

    About 3 k ln(N / k) random numbers for N items.
    (Li, "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))", 1994.)
    """
    items = iter(stream)
    kept = list(islice(items, k))
    if len(kept) < k or k == 0:
        return kept
    highest = 1.0  # the largest of k tickets, all of them below 1
    while True:
        highest = min(highest * (1 - rng.random()) ** (1 / k), _BELOW_1)
        if highest == 0:
            return kept
        skip = math.log(1 - rng.random()) // math.log1p(-highest)
        item = next(islice(items, int(min(skip, 2**62)), None), _END)
        if item is _END:
            return kept
        kept[rng.integers(k)] = item


_END: object = object()
_BELOW_1 = math.nextafter(1, 0)


def ticket(weight: float, rng: np.random.Generator) -> float:
    """Draw a ticket u^(1/weight), u between 0 and 1, and give its logarithm."""
    return math.log(1 - rng.random()) / weight


def above_zero(stream: Iterable[tuple[Item, float]]) -> Iterator[tuple[Item, float]]:
    """Give on (item, weight), and raise ValueError at a weight that is not above 0."""
    for item, weight in stream:
        if not weight > 0:
            raise ValueError(f"{item!r} has the weight {weight}; a weight is above 0")
        yield item, weight


def reservoir_weighted(
    stream: Iterable[tuple[Item, float]], k: int, rng: np.random.Generator
) -> list[Item]:
    """Keep the k items with the highest tickets u^(1/weight): weighted, without replacement.

    stream: (item, weight); ValueError at a weight that is not above 0. The same as drawing one
    after the other in proportion to weight from those who are left; the chances are *not* in
    proportion to weight.
    (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006: A-Res.)
    """
    heap = []  # of (ticket, number, item), the lowest ticket first
    for number, (item, weight) in enumerate(above_zero(stream)):
        lot = ticket(weight, rng)
        if len(heap) < k:
            heapq.heappush(heap, (lot, number, item))
        elif k and lot > heap[0][0]:
            heapq.heapreplace(heap, (lot, number, item))
    return [item for _, _, item in heap]


def reservoir_jumps(
    stream: Iterable[tuple[Item, float]], k: int, rng: np.random.Generator
) -> list[Item]:
    """Keep the k highest tickets, as A-Res does, but draw how much weight to skip.

    stream: as :func:`reservoir_weighted` takes it. (Efraimidis and Spirakis, 2006: A-ExpJ.)
    """
    items = enumerate(above_zero(stream))
    heap = [(ticket(w, rng), n, item) for n, (item, w) in islice(items, k)]
    heapq.heapify(heap)
    if len(heap) < k or k == 0:
        return [item for _, _, item in heap]
    skip = math.log(1 - rng.random()) / heap[0][0]
    for number, (item, weight) in items:
        skip -= weight
        if skip <= 0:
            room = -math.expm1(heap[0][0] * weight)  # from the lowest ticket up to 1
            lot = math.log1p(-room * rng.random()) / weight
            heapq.heapreplace(heap, (lot, number, item))
            skip = math.log(1 - rng.random()) / heap[0][0]
    return [item for _, _, item in heap]


def reservoir_with_chances(
    stream: Iterable[tuple[Item, float]], k: int, rng: np.random.Generator
) -> list[tuple[Item, float]]:
    """Keep the k highest tickets, as A-Res does, and give each item with the chance to divide by.

    stream: as :func:`reservoir_weighted` takes it. Returns (item, chance).
    One more ticket than k is kept: the lowest is the threshold T that the others had to beat, and
    an item of weight w beats it with the chance 1 - T^w. Sums of value / chance have no bias,
    whatever the value. A stream of at most k items is kept whole, each with the chance 1.
    (Cohen and Kaplan, "Summarizing data using bottom-k sketches", 2007; for tickets weight / u,
    Duffield, Lund and Thorup, "Priority sampling for estimation of arbitrary subset sums", 2007.)
    """
    heap = []  # of (ticket, number, item, weight), the lowest ticket first
    for number, (item, weight) in enumerate(above_zero(stream)):
        heapq.heappush(heap, (ticket(weight, rng), number, item, weight))
        if len(heap) > k + 1:
            heapq.heappop(heap)
    if len(heap) <= k:
        return [(item, 1.0) for _, _, item, _ in heap]
    threshold = heapq.heappop(heap)[0]  # its logarithm
    return [(item, -math.expm1(weight * threshold)) for _, _, item, weight in heap]
