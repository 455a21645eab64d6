"""A cache of answers in front of the model: what was asked before is not scored again."""

from collections import OrderedDict
from typing import Any

import numpy as np

from labkit.riverton.batcher import Batcher, Reply


class AnswerCache:
    """The answers that were asked for last, at most `size` of them.

    An answer belongs to a row and to the version of the model that gave it: `version` is part of
    the key, so that a new version never finds what an old one said. The least recently used answer
    makes room (LRU). Nothing here knows of threads: use it from one.
    """

    def __init__(self, size: int, version: str = "") -> None:
        if size < 1:
            raise ValueError(f"size is {size}; a cache keeps at least 1 answer")
        self.size = size
        self.version = version
        self.hits = 0
        self.misses = 0
        self._answers: OrderedDict[tuple[str, bytes], Any] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, row: bytes) -> Any:
        """Return the answer for `row` and count a hit, or return None and count a miss."""
        key = (self.version, row)
        if key not in self._answers:
            self.misses += 1
            return None
        self.hits += 1
        self._answers.move_to_end(key)  # used last
        return self._answers[key]

    def put(self, row: bytes, answer: Any) -> None:
        """Keep `answer` for `row`. Where there is no room, the one longest unused goes."""
        key = (self.version, row)
        self._answers[key] = answer
        self._answers.move_to_end(key)
        if len(self._answers) > self.size:
            self._answers.popitem(last=False)


class CachingBatcher(Batcher):
    """A batcher that answers from a cache what it can. It has none until `keep` is called.

    A cached reply tells of a batch of 0: no batch was needed. Two requests for the same row that
    are under way at the same time both reach the scorer: only an answer that is there can be kept.
    """

    cache: AnswerCache | None = None

    def keep(self, answers: int) -> None:
        """Start an empty cache for so many answers; 0 does away with it."""
        self.cache = AnswerCache(answers) if answers else None

    async def submit(self, features: np.ndarray) -> Reply:
        """Answer from the cache, or wait for the batcher's reply and keep its label."""
        cache = self.cache
        if cache is None:
            return await super().submit(features)
        row = features.tobytes()
        label = cache.get(row)
        if label is not None:
            return Reply(label, batch=0, queue_s=0.0, model_s=0.0)
        reply = await super().submit(features)
        cache.put(row, reply.label)
        return reply
