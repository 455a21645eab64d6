"""Samplers of a stream: one pass, k places, and no knowledge of how much is still to come."""

import heapq
import math
from collections.abc import Iterable
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
    """As :func:`reservoir_r`, but draws how many items to skip: few random numbers.

    (Li, "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))", 1994.)
    """
    items = iter(stream)
    kept = list(islice(items, k))
    if len(kept) < k or k == 0:
        return kept
    highest = 1.0  # the largest of k tickets, all of them below 1
    while True:
        highest *= (1 - rng.random()) ** (1 / k)
        if highest == 0:
            return kept
        skip = math.log(1 - rng.random()) // math.log1p(-highest)
        item = next(islice(items, int(min(skip, 2**62)), None), _END)
        if item is _END:
            return kept
        kept[rng.integers(k)] = item


_END: object = object()


def reservoir_weighted(
    stream: Iterable[tuple[Item, float]], k: int, rng: np.random.Generator
) -> list[Item]:
    """Keep the k items with the highest tickets u^(1/weight): weighted, without replacement.

    stream: (item, weight above 0). The same as drawing one after the other in proportion to weight
    from those who are left; the chances are *not* in proportion to weight.
    (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006: A-Res.)
    """
    heap: list[tuple[float, int, Item]] = []
    for number, (item, weight) in enumerate(stream):
        ticket = math.log(1 - rng.random()) / weight
        if len(heap) < k:
            heapq.heappush(heap, (ticket, number, item))
        elif k and ticket > heap[0][0]:
            heapq.heapreplace(heap, (ticket, number, item))
    return [item for _, _, item in heap]


def reservoir_jumps(
    stream: Iterable[tuple[Item, float]], k: int, rng: np.random.Generator
) -> list[Item]:
    """As :func:`reservoir_weighted`, but draws how much weight to skip: few random numbers.

    (Efraimidis and Spirakis, 2006: A-ExpJ.)
    """
    items = iter(enumerate(stream))
    heap = [
        (math.log(1 - rng.random()) / weight, number, item)
        for number, (item, weight) in islice(items, k)
    ]
    heapq.heapify(heap)
    if len(heap) < k or k == 0:
        return [item for _, _, item in heap]
    skip = math.log(1 - rng.random()) / heap[0][0]
    for number, (item, weight) in items:
        skip -= weight
        if skip <= 0:
            lowest = math.exp(heap[0][0] * weight)
            ticket = math.log(lowest + (1 - lowest) * (1 - rng.random())) / weight
            heapq.heapreplace(heap, (ticket, number, item))
            skip = math.log(1 - rng.random()) / heap[0][0]
    return [item for _, _, item in heap]
