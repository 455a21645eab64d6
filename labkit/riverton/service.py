"""The scoring service over HTTP: what it answers, apart from how it is run."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labkit.riverton.answer_cache import CachingBatcher
from labkit.riverton.batcher import Closed, QueueFull, Reply, ScorerFailed
from labkit.riverton.features import Malformed, parse_features
from labkit.riverton.policy import POLICY_NAMES, Policy, PolicyName, make_policy
from labkit.riverton.scorers import Scorer
from labkit.riverton.stats import BatchStats, ServiceMetrics

MAX_BODY_BYTES = 16 * 1024
MAX_WINDOW_MS = 60e3


@dataclass(frozen=True)
class ServiceConfig:
    """What can be changed while the service runs. Raises ValueError for a value out of range."""

    policy: PolicyName = "greedy"
    max_batch: int = 32
    window_ms: float = 20.0
    max_queue: int = 1024
    cache: int = 0
    """How many answers to keep; 0: none. Whenever it is set, the cache starts empty."""

    def __post_init__(self) -> None:
        for name in ("max_batch", "max_queue"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} is {value!r}; it must be a whole number of at least 1")
        if type(self.cache) is not int or self.cache < 0:
            raise ValueError(f"cache is {self.cache!r}; it must be a whole number of at least 0")
        if type(self.window_ms) not in (int, float) or not 0 <= self.window_ms <= MAX_WINDOW_MS:
            raise ValueError(
                f"window_ms is {self.window_ms!r}; it must be a time from 0 to {MAX_WINDOW_MS:.0f}"
            )
        if self.policy not in POLICY_NAMES:
            raise ValueError(
                f"there is no policy {self.policy!r}; choose one of {', '.join(POLICY_NAMES)}"
            )
        if self.policy == "full" and self.max_batch > self.max_queue:
            raise ValueError(
                f"max_batch is {self.max_batch}, and only {self.max_queue} requests may wait: a"
                " batch would never be full"
            )

    def changed(self, /, **changes: Any) -> "ServiceConfig":
        """Return a copy with `changes`; raises ValueError for a name or a value it cannot have."""
        unknown = changes.keys() - {field.name for field in fields(self)}
        if unknown:
            raise ValueError(f"there is no setting {', '.join(map(repr, sorted(unknown)))}")
        return replace(self, **changes)

    def batching(self) -> Policy:
        return make_policy(self.policy, max_batch=self.max_batch, window_ms=self.window_ms)


class ScoringService:
    """A scorer, its batcher and its counts behind an ASGI application (`app`).

    A client that hangs up is not noticed: its request stays in the queue, is scored and counted.
    """

    def __init__(self, scorer: Scorer, config: ServiceConfig) -> None:
        self.scorer = scorer
        self.config = config
        self.batcher = CachingBatcher(scorer, config.batching(), max_queue=config.max_queue)
        self.batcher.keep(config.cache)
        self.responses: Counter[int] = Counter()
        self._registry = CollectorRegistry()
        self._registry.register(ServiceMetrics(self))
        self.app = Starlette(
            routes=[
                Route("/predict", self._predict, methods=["POST"]),
                Route("/stats", self._show_stats, methods=["GET"]),
                Route("/stats", self._reset_stats, methods=["DELETE"]),
                Route("/config", self._show_config, methods=["GET"]),
                Route("/config", self._change_config, methods=["POST"]),
                Route("/metrics", self._metrics, methods=["GET"]),
            ],
            exception_handlers={HTTPException: _http_error},
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        serving = asyncio.create_task(self.batcher.run())
        yield
        self.batcher.close()
        await serving

    async def _predict(self, request: Request) -> Response:
        try:
            content_type = request.headers.get("content-type", "")
            body = await read_body(request)
            reply = await self.batcher.submit(
                parse_features(content_type, body, self.scorer.n_features)
            )
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read or to be counted
        except Malformed as error:
            response = error_response(422, error)
        except (QueueFull, Closed) as error:
            response = error_response(503, error, headers={"retry-after": "1"})
        except ScorerFailed as error:
            response = error_response(500, error)
        else:
            response = Response(_reply_json(reply), media_type="application/json")
        self.responses[response.status_code] += 1
        return response

    async def _show_stats(self, request: Request) -> Response:
        return JSONResponse(
            {
                "scorer": self.scorer.name,
                "responses": {str(status): n for status, n in sorted(self.responses.items())},
                "queue_depth": self.batcher.depth,
                "in_service": self.batcher.in_service,
                "batches": self.batcher.stats.summary(),
            }
        )

    async def _reset_stats(self, request: Request) -> Response:
        self.responses.clear()
        self.batcher.stats = BatchStats()
        return Response(status_code=204)

    async def _show_config(self, request: Request) -> Response:
        return JSONResponse(asdict(self.config))

    async def _change_config(self, request: Request) -> Response:
        try:
            changes = json.loads(await read_body(request))
            if not isinstance(changes, dict):
                raise ValueError("expected an object of settings")
            self.config = self.config.changed(**changes)
        except (ValueError, RecursionError) as error:
            return error_response(422, error)
        if "cache" in changes:
            self.batcher.keep(self.config.cache)
        self.batcher.policy = self.config.batching()
        self.batcher.max_queue = self.config.max_queue
        return JSONResponse(asdict(self.config))

    async def _metrics(self, request: Request) -> Response:
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)


async def read_body(request: Request) -> bytes:
    """Return the body of a request. Raises Malformed for one that is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Malformed(f"the body is larger than {MAX_BODY_BYTES} bytes")
    return bytes(body)


def _reply_json(reply: Reply) -> bytes:
    return b'{"label":%d,"batch":%d,"queue_ms":%.3f,"model_ms":%.3f}' % (
        reply.label,
        reply.batch,
        1e3 * reply.queue_s,
        1e3 * reply.model_s,
    )


def error_response(status: int, error: object, headers: dict[str, str] | None = None) -> Response:
    """Return the answer to what cannot be done, with the reason in words."""
    return JSONResponse({"error": str(error)}, status_code=status, headers=headers)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_response(error.status_code, f"{error.detail}: {request.method} {request.url.path}")
