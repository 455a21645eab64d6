"""The batcher's policies under a virtual clock, its bookkeeping, and the simulation of both."""

import asyncio
import contextlib
import math
import selectors
import threading

import numpy as np
import pytest

from labkit.riverton.batcher import Batcher, Closed, QueueFull, ScorerFailed
from labkit.riverton.policy import make_policy
from labkit.riverton.simulate import simulate


class _Selector(selectors.SelectSelector):
    """Instead of waiting, moves the clock on. Time stands still while the worker thread runs."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.worker_rests = threading.Event()
        self.worker_rests.set()

    def select(self, timeout=None):
        assert self.worker_rests.wait(10)
        if ready := super().select(0):  # the worker has something for the event loop
            return ready
        if timeout is None:
            raise RuntimeError("every task waits for something that will not happen")
        self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on which waiting takes no time and a batch of b takes `service_s(b)`."""

    def __init__(self, service_s):
        self._virtual = _Selector()
        self._service_s = service_s
        super().__init__(self._virtual)

    def time(self):
        return self._virtual.now

    def run_in_executor(self, executor, function, *arguments):
        future = self.create_future()
        self._virtual.worker_rests.clear()

        def work():
            function(*arguments)
            self.call_soon_threadsafe(future.set_result, None)
            self._virtual.worker_rests.set()

        executor.submit(work)
        return future

    def timed(self, score):
        """`score`, for which the worker thread waits as long as this clock says it takes."""

        def timed_score(X):
            over = threading.Event()
            self.call_soon_threadsafe(self.call_later, self._service_s(len(X)), go_on, over)
            self._virtual.worker_rests.set()
            assert over.wait(10)
            return score(X)

        def go_on(over):
            self._virtual.worker_rests.clear()
            over.set()

        return timed_score


def echo(X):
    """A scorer whose label is the first feature, which tells requests apart."""
    return X[:, 0].astype(np.int64)


def row(i):
    return np.full(4, i, dtype=np.float32)


def serve(arrivals, policy, service_s=lambda b: 0.010, score=echo, **options):
    """Send request i at arrivals[i]; return (finish, reply or error) of each, and the batcher."""

    async def main():
        loop = asyncio.get_running_loop()
        batcher = Batcher(loop.timed(score), policy, clock=loop.time, **options)
        running = asyncio.create_task(batcher.run())
        order = []

        async def client(i, at):
            await asyncio.sleep(at)
            try:
                reply = await batcher.submit(row(i))
            except Exception as error:
                reply = error
            order.append(i)
            return loop.time(), reply

        clients = [asyncio.create_task(client(i, at)) for i, at in enumerate(arrivals)]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(arrivals) + 10):
                await asyncio.shield(asyncio.gather(*clients))
        batcher.close()
        await running
        return await asyncio.gather(*clients), order, batcher

    with asyncio.Runner(loop_factory=lambda: VirtualLoop(service_s)) as runner:
        return runner.run(main())


def starts_and_sizes(arrivals, policy, service_s=lambda b: 0.010):
    answers, _, _ = serve(arrivals, policy, service_s)
    return [
        (round(at + r.queue_s, 9), r.batch) for at, (_, r) in zip(arrivals, answers, strict=True)
    ]


def test_ready_at_by_hand():
    window = make_policy("window", max_batch=4, window_ms=20)
    assert window.ready_at(1, 5.0) == 5.02
    assert window.ready_at(3, 5.0) == 5.02
    assert window.ready_at(4, 5.0) == 5.0  # full: no more waiting
    assert window.ready_at(9, 5.0) == 5.0
    assert make_policy("greedy", max_batch=4).ready_at(1, 5.0) == 5.0
    assert make_policy("off", max_batch=4).max_batch == 1
    assert make_policy("full", max_batch=4).ready_at(3, 5.0) == math.inf
    assert make_policy("full", max_batch=4).ready_at(4, 5.0) == 5.0


@pytest.mark.parametrize(
    "bad", [{"name": "none"}, {"max_batch": 0}, {"window_ms": -1}, {"window_ms": math.inf}]
)
def test_a_policy_that_makes_no_sense_is_refused(bad):
    with pytest.raises(ValueError, match=str(next(iter(bad.values())))):
        make_policy(**{"name": "window", **bad})


ARRIVALS = [0.0, 0.001, 0.002, 0.030, 0.031]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        # One at a time, 10 ms each.
        ("off", [(0.0, 1), (0.010, 1), (0.020, 1), (0.030, 1), (0.040, 1)]),
        # The first goes alone; the two that came meanwhile go together.
        ("greedy", [(0.0, 1), (0.010, 2), (0.010, 2), (0.030, 1), (0.040, 1)]),
        # 20 ms from the oldest's arrival; the second window opens at 30 ms.
        ("window", [(0.020, 3), (0.020, 3), (0.020, 3), (0.050, 2), (0.050, 2)]),
        # Three, then two that wait until the service is closed, 10 s after the last arrival.
        ("full", [(0.002, 3), (0.002, 3), (0.002, 3), (10.031, 2), (10.031, 2)]),
    ],
)
def test_each_policy_starts_its_batches_when_it_should(policy, expected):
    policy = make_policy(policy, max_batch=3 if policy == "full" else 8, window_ms=20)
    assert starts_and_sizes(ARRIVALS, policy) == expected


def test_a_full_batch_does_not_wait_for_its_window():
    policy = make_policy("window", max_batch=3, window_ms=20)
    assert starts_and_sizes(ARRIVALS, policy)[:3] == [(0.002, 3)] * 3


def test_a_window_runs_from_the_arrival_of_the_oldest_not_from_when_the_model_is_free():
    policy = make_policy("window", max_batch=8, window_ms=20)
    # The first batch runs from 20 to 50 ms; the second request's window ended at 45 ms.
    assert starts_and_sizes([0.0, 0.025], policy, lambda b: 0.030) == [(0.020, 1), (0.050, 1)]


@pytest.mark.parametrize("name", ["off", "greedy", "window", "full"])
def test_batcher_and_simulation_agree_and_nothing_is_lost_or_reordered(name):
    rng = np.random.default_rng(7)
    policy = make_policy(name, max_batch=5, window_ms=4)
    for _ in range(20):
        arrivals = np.cumsum(rng.exponential(0.002, size=40)).tolist()
        service_s = lambda b: 0.004 + 0.0005 * b  # noqa: E731
        answers, order, _ = serve(arrivals, policy, service_s)
        assert [reply.label for _, reply in answers] == list(range(40))
        assert order == sorted(order)
        told = simulate(arrivals, service_s, policy)
        served = np.isfinite(told["finish_s"])
        assert served.sum() == (40 if name != "full" else 40 // 5 * 5)
        finish = np.array([at for at, _ in answers])
        np.testing.assert_allclose(finish[served], told["finish_s"][served], atol=1e-9)
        batch = np.array([reply.batch for _, reply in answers])
        np.testing.assert_array_equal(batch[served], told["batch"][served])


def test_a_full_queue_refuses_and_then_takes_again():
    arrivals = [0.0, 0.001, 0.002, 0.003, 0.015]
    answers, _, _ = serve(arrivals, make_policy("off"), max_queue=2)
    assert [type(reply) is QueueFull for _, reply in answers] == [False, False, False, True, False]


def test_a_scorer_that_raises_fails_its_batch_and_no_other():
    def score(X):
        if 3 in X[:, 0]:
            raise RuntimeError("no memory")
        return echo(X)

    answers, _, _ = serve([0.0, 0.001, 0.002, 0.003, 0.025], make_policy("greedy"), score=score)
    errors = [isinstance(reply, ScorerFailed) for _, reply in answers]
    assert errors == [False, True, True, True, False]
    assert str(answers[1][1]) == "RuntimeError: no memory"


def test_a_scorer_that_returns_too_few_labels_fails_its_batch():
    answers, _, _ = serve([0.0], make_policy("off"), score=lambda X: echo(X)[:0])
    assert "labels of shape (0,) and type int64 for 1 rows" in str(answers[0][1])


@pytest.mark.parametrize("raised", [StopIteration, asyncio.CancelledError, KeyboardInterrupt])
def test_whatever_a_scorer_raises_the_next_batch_is_served(raised):
    def moody(X):
        if X[0, 0] == 0:
            raise raised("unlucky")
        return echo(X)

    answers, _, _ = serve([0.0, 0.1], make_policy("off"), score=moody)
    assert str(answers[0][1]) == f"{raised.__name__}: unlucky"
    assert answers[1][1].label == 1


def test_labels_that_are_no_whole_numbers_fail_their_batch():
    answers, _, _ = serve([0.0], make_policy("off"), score=lambda X: X[:, 0])
    assert "type float32" in str(answers[0][1])


def run_virtual(main):
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(lambda b: 0.010)) as runner:
        return runner.run(main())


def test_a_cancelled_request_leaves_the_queue_and_the_others_their_replies():
    seen = []

    async def main():
        loop = asyncio.get_running_loop()
        batcher = Batcher(
            loop.timed(lambda X: seen.append(X[:, 0].tolist()) or echo(X)),
            make_policy("window", max_batch=3, window_ms=20),
            clock=loop.time,
        )
        running = asyncio.create_task(batcher.run())
        clients = [asyncio.create_task(batcher.submit(row(i))) for i in range(2)]
        await asyncio.sleep(0.001)
        clients[0].cancel()
        # Two waited and one left: the batch is not full when a second arrives.
        clients.append(asyncio.create_task(batcher.submit(row(2))))
        await asyncio.sleep(0.005)
        assert batcher.depth == 2
        await asyncio.sleep(0.020)  # both are with the scorer now
        clients[1].cancel()
        replies = await asyncio.gather(*clients, return_exceptions=True)
        batcher.close()
        await running
        return replies

    replies = run_virtual(main)
    assert [type(reply).__name__ for reply in replies] == ["CancelledError"] * 2 + ["Reply"]
    assert replies[2].label == 2
    assert seen == [[1.0, 2.0]]


def test_a_new_policy_holds_for_those_who_wait_already():
    async def main():
        loop = asyncio.get_running_loop()
        batcher = Batcher(loop.timed(echo), make_policy("full", max_batch=8), clock=loop.time)
        running = asyncio.create_task(batcher.run())
        client = asyncio.create_task(batcher.submit(row(1)))
        await asyncio.sleep(1.0)
        batcher.policy = make_policy("greedy")
        reply = await client
        batcher.close()
        await running
        return reply

    assert run_virtual(main).queue_s == pytest.approx(1.0)


def test_closing_serves_those_who_wait_and_refuses_the_rest():
    async def main():
        loop = asyncio.get_running_loop()
        batcher = Batcher(loop.timed(echo), make_policy("full", max_batch=2), clock=loop.time)
        running = asyncio.create_task(batcher.run())
        clients = [asyncio.create_task(batcher.submit(row(i))) for i in range(3)]
        await asyncio.sleep(0.001)
        batcher.close()
        with pytest.raises(Closed):
            await batcher.submit(row(9))
        await running
        return [(await client).label for client in clients]

    assert run_virtual(main) == [0, 1, 2]


def test_cycle_and_batches_are_counted_by_size():
    _, _, batcher = serve([0.0, 0.001, 0.002], make_policy("greedy"), lambda b: 0.010 * b)
    assert [(s["batch"], s["batches"]) for s in batcher.stats.summary()] == [(1, 1), (2, 1)]
    assert [s["cycle_ms"] for s in batcher.stats.summary()] == pytest.approx([10.0, 20.0])


def test_the_event_loop_goes_on_while_the_scorer_works():
    """On the real clock: the scorer waits for something that only the event loop can do."""
    released = threading.Event()

    def score(X):
        assert released.wait(10)
        return echo(X)

    async def main():
        batcher = Batcher(score, make_policy("greedy"))
        running = asyncio.create_task(batcher.run())
        client = asyncio.create_task(batcher.submit(row(5)))
        while not batcher.in_service:
            await asyncio.sleep(0)
        assert batcher.in_service == 1
        released.set()
        reply = await client
        batcher.close()
        await running
        return reply, batcher.in_service

    reply, in_service = asyncio.run(main())
    assert (reply.label, in_service) == (5, 0)


def test_the_next_batch_does_not_wait_for_the_event_loop():
    """On the real clock: the event loop stands still until both batches have been scored."""
    scored = threading.Semaphore(0)

    def score(X):
        scored.release()
        return echo(X)

    async def main():
        batcher = Batcher(score, make_policy("greedy", max_batch=2))
        clients = [asyncio.create_task(batcher.submit(row(i))) for i in range(4)]
        await asyncio.sleep(0)
        running = asyncio.create_task(batcher.run())
        await asyncio.sleep(0)
        assert all(scored.acquire(timeout=10) for _ in range(2))
        assert not any(client.done() for client in clients)
        replies = await asyncio.gather(*clients)
        batcher.close()
        await running
        return [(reply.label, reply.batch) for reply in replies]

    assert asyncio.run(main()) == [(0, 2), (1, 2), (2, 2), (3, 2)]


def test_changes_and_cancellations_meanwhile_lose_nobody():
    """On the real clock, with the worker thread taking batches all the time."""

    async def main():
        rng = np.random.default_rng(3)
        batcher = Batcher(echo, make_policy("greedy", max_batch=3))
        running = asyncio.create_task(batcher.run())
        clients = []
        for i in range(3000):
            clients.append(asyncio.create_task(batcher.submit(row(i))))
            if rng.random() < 0.3:
                await asyncio.sleep(0)
                clients[rng.integers(len(clients))].cancel()
            if rng.random() < 0.1:
                batcher.policy = make_policy("greedy", max_batch=int(rng.integers(1, 6)))
            if rng.random() < 0.01:
                await asyncio.sleep(0.001)
        async with asyncio.timeout(30):
            replies = await asyncio.gather(*clients, return_exceptions=True)
        batcher.close()
        await running
        return replies, batcher

    replies, batcher = asyncio.run(main())
    answered = [(i, reply.label) for i, reply in enumerate(replies) if isinstance(reply, tuple)]
    assert all(i == label for i, label in answered)
    assert 0 < len(answered) < 3000
    assert all(isinstance(reply, tuple | asyncio.CancelledError) for reply in replies)
    assert (batcher.depth, batcher.in_service) == (0, 0)


def test_simulation_refuses_arrivals_out_of_order():
    with pytest.raises(ValueError, match="ascending"):
        simulate([0.0, 2.0, 1.0], lambda b: 1.0, make_policy("off"))


def test_simulation_of_unfinished_and_simultaneous_requests():
    told = simulate([0.0, 0.0, 0.0], lambda b: 1.0, make_policy("full", max_batch=2))
    assert told["finish_s"].tolist() == [1.0, 1.0, math.inf]
    assert told["batch"].tolist() == [2, 2, 0]
    assert simulate([], lambda b: 1.0, make_policy("off")).empty


def test_simulated_wait_is_pollaczek_and_khinchines():
    """M/D/1 at load 0.7: the mean wait is rho S / (2 (1 - rho)).

    40 independent runs, started empty; the first tenth of each is left out. Tolerance 5 standard
    errors of the mean over runs: a false alarm in two million runs (the seed is fixed anyhow).
    """
    rng = np.random.default_rng(11)
    load, waits = 0.7, []
    for _ in range(40):
        arrivals = np.cumsum(rng.exponential(1 / load, size=5000))
        told = simulate(arrivals, lambda b: 1.0, make_policy("off"))
        waits.append((told["start_s"] - told["arrival_s"])[500:].mean())
    error = np.std(waits, ddof=1) / math.sqrt(len(waits))
    assert abs(np.mean(waits) - load / (2 * (1 - load))) < 5 * error
    assert error < 0.05
