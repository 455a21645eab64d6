"""The scoring service as it runs in production: it logs, it asks the credit bureau, it has faults.

Apart from `labkit.riverton.service`, so that the service under measurement pays nothing for it.
"""

import json
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import psutil
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labkit.riverton.bureau_client import BureauClient, BureauDown
from labkit.riverton.faults import Faults, FaultyScorer
from labkit.riverton.scorers import Scorer
from labkit.riverton.service import ScoringService, ServiceConfig, error_response, read_body
from labkit.riverton.service_log import ServiceLog

TRACE, USER, ATTEMPT = "x-trace-id", "x-user", "x-attempt"
"""The headers that say which customer's request a call belongs to."""


class LoggedService(ScoringService):
    """A scoring service that writes a log.

    `log` has the arguments of :class:`ServiceLog`, `bureau` the port of a bureau that is asked
    about the user of every request (None: none is), unless its answer is one of the
    `bureau_cache` that are kept; `faults` are those that it starts with.
    """

    def __init__(
        self,
        scorer: Scorer,
        config: ServiceConfig,
        *,
        log: dict[str, Any],
        bureau: int | None = None,
        bureau_cache: int = 0,
        faults: dict[str, Any] | None = None,
    ) -> None:
        self.faults = Faults()
        self.faults.change(**faults or {})
        super().__init__(FaultyScorer(scorer, self.faults), config)
        self.log = ServiceLog(**log)
        self.bureau = None if bureau is None else BureauClient(bureau, bureau_cache)
        self._registry.register(ResourceMetrics())
        self.app.router.routes.append(Route("/faults", self._faults, methods=["GET", "POST"]))

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        with self.log:
            async with super()._lifespan(app):
                yield
            if self.bureau:
                self.bureau.close()

    async def _predict(self, request: Request) -> Response:
        start = time.perf_counter()
        trace = request.headers.get(TRACE) or secrets.token_hex(8)
        user = request.headers.get(USER)
        called: dict[str, Any] = {}
        try:
            if self.bureau and user and self.bureau.kept(user) is None:
                called = {"downstream": "bureau"}
                asked = time.perf_counter()
                try:
                    await self.bureau.lookup(user, trace)
                finally:
                    called["downstream_ms"] = _ms_since(asked)
        except BureauDown as error:
            response = error_response(502, error)
            self.responses[502] += 1
        else:
            response = await super()._predict(request)
        if response.status_code != 400:  # the client has hung up: not counted either
            self.log.write(
                "request",
                _level(response.status_code),
                trace=trace,
                user=user,
                endpoint=request.url.path,
                status=response.status_code,
                latency_ms=_ms_since(start),
                attempt=_attempt(request),
                msg=_reason(response),
                **called,
            )
        return response

    async def _faults(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.faults.change(**json.loads(await read_body(request)))
            except (ValueError, TypeError, RecursionError) as error:
                return error_response(422, error)
        return JSONResponse(self.faults.as_dict())


class ResourceMetrics(Collector):
    """The memory of this process under the name that Prometheus has for it."""

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "process_resident_memory_bytes",
            "Resident memory size in bytes.",
            value=psutil.Process().memory_info().rss,
        )


def _ms_since(start: float) -> float:
    return round(1e3 * (time.perf_counter() - start), 3)


def _level(status: int) -> str:
    return "info" if status < 400 else "warning" if status < 500 else "error"


def _attempt(request: Request) -> int:
    """What the client says, and 1 where it says nothing that makes sense."""
    said = request.headers.get(ATTEMPT, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 1


def _reason(response: Response) -> str | None:
    """The service's own words for a refusal."""
    return None if response.status_code < 400 else json.loads(bytes(response.body))["error"]
