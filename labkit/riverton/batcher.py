"""A micro-batcher: single requests come in, batches go to the model, single replies go out."""

import asyncio
import contextlib
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from labkit.riverton.policy import Policy
from labkit.riverton.stats import BatchStats


class QueueFull(Exception):
    """As many requests wait as may wait; try again later."""


class Closed(Exception):
    """The batcher takes no more requests."""


class ScorerFailed(Exception):
    """The scorer raised, or returned something that is not one label per row."""


class Reply(NamedTuple):
    """A label, and what it took to get it."""

    label: int
    batch: int  # requests in the batch that this one was served in
    queue_s: float  # from arrival to the start of that batch
    model_s: float  # that batch's time in the scorer


@dataclass(eq=False)
class _Request:
    features: np.ndarray
    arrived: float
    reply: asyncio.Future[Reply]


class Batcher:
    """Collects requests into batches, as `policy` says, and scores one batch at a time.

    `score` maps float32 [n, n_features] to n labels. It runs on one worker thread, so requests
    arrive, and replies go out, while it works. `policy` and `max_queue` may be changed at any time,
    on the event loop.
    """

    def __init__(
        self,
        score: Callable[[np.ndarray], np.ndarray],
        policy: Policy,
        *,
        max_queue: int = 1024,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._score = score
        self._policy = policy
        self.max_queue = max_queue
        self._clock = clock
        self._queue: deque[_Request] = deque()
        self._taking = threading.Lock()
        self._changed = asyncio.Event()
        self._closed = False
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scorer")
        self.in_service = 0
        """How many requests are with the scorer, or have their labels and not yet their replies."""
        self.stats = BatchStats()

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return len(self._queue)

    @property
    def policy(self) -> Policy:
        return self._policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        with self._taking:
            self._policy = policy
        self._changed.set()

    async def submit(self, features: np.ndarray) -> Reply:
        """Wait for the reply to one request: `features` is float32 [n_features].

        Raises QueueFull, Closed or ScorerFailed. A caller that is cancelled leaves the queue.
        """
        if self._closed:
            raise Closed("the service is shutting down")
        if len(self._queue) >= self.max_queue:
            raise QueueFull(f"{self.max_queue} requests wait already")
        request = _Request(features, self._clock(), asyncio.get_running_loop().create_future())
        self._queue.append(request)
        self._changed.set()
        try:
            return await request.reply
        except asyncio.CancelledError:
            # ValueError: it is being scored, and there is nothing to take back.
            with contextlib.suppress(ValueError), self._taking:
                self._queue.remove(request)
                self._changed.set()
            raise

    async def run(self) -> None:
        """Serve until `close` is called and the queue is empty."""
        loop = asyncio.get_running_loop()
        with self._worker:
            while await self._ready():
                await loop.run_in_executor(self._worker, self._work, loop)

    def close(self) -> None:
        """Take no more requests. `run` serves at once those that wait, and ends."""
        self._closed = True
        self._changed.set()

    async def _ready(self) -> bool:
        """Wait until a batch may start. False: there will be none."""
        while self._queue or not self._closed:
            self._changed.clear()
            delay = self._delay()
            if delay <= 0:
                return True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if delay == math.inf else delay):
                    await self._changed.wait()
        return False

    def _delay(self) -> float:
        """Seconds until a batch may start if nothing changes."""
        if not self._queue:
            return math.inf
        if self._closed:
            return 0.0
        return self._policy.ready_at(len(self._queue), self._queue[0].arrived) - self._clock()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """On the worker thread: score batch after batch while there is one that may start.

        Between two batches the worker neither sleeps nor waits for the event loop, which hands out
        the replies meanwhile. To be woken for each batch took a tenth of the time.
        """
        start = self._clock()
        while batch := self._take():
            try:
                labels, model_s = self._call(batch)
            except ScorerFailed as error:
                loop.call_soon_threadsafe(self._fail, batch, str(error))
                start = self._clock()
            else:
                end = self._clock()
                loop.call_soon_threadsafe(self._answer, batch, start, end, labels, model_s)
                start = end  # to hand over the labels takes time from the next batch

    def _take(self) -> list[_Request]:
        """The oldest requests first, in the order of their arrival; none if no batch may start."""
        with self._taking:
            if self._delay() > 0:
                return []
            size = min(len(self._queue), self._policy.max_batch)
            self.in_service += size
            return [self._queue.popleft() for _ in range(size)]

    def _call(self, batch: list[_Request]) -> tuple[list[int], float]:
        """The labels of a batch and the seconds that they took. Raises ScorerFailed, whatever the
        scorer raises."""
        start = self._clock()
        try:
            labels = np.asarray(self._score(np.stack([request.features for request in batch])))
            if labels.shape != (len(batch),) or labels.dtype.kind not in "iu":
                raise ValueError(
                    f"labels of shape {labels.shape} and type {labels.dtype} for {len(batch)} rows"
                )
        except BaseException as error:
            raise ScorerFailed(f"{type(error).__name__}: {error}") from error
        return labels.tolist(), self._clock() - start

    def _answer(
        self, batch: list[_Request], start: float, end: float, labels: list[int], model_s: float
    ) -> None:
        """On the event loop: hand out the replies of one batch."""
        self._scored(len(batch))
        self.stats.record(len(batch), model_s=model_s, cycle_s=end - start)
        for request, label in zip(batch, labels, strict=True):
            if not request.reply.done():  # done: its caller was cancelled meanwhile
                queue_s = max(0.0, start - request.arrived)
                request.reply.set_result(Reply(label, len(batch), queue_s, model_s))

    def _fail(self, batch: list[_Request], reason: str) -> None:
        """On the event loop: hand out the error of one batch."""
        self._scored(len(batch))
        for request in batch:
            if not request.reply.done():
                request.reply.set_exception(ScorerFailed(reason))

    def _scored(self, size: int) -> None:
        with self._taking:
            self.in_service -= size
