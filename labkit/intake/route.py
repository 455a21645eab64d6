"""The route: what comes in over HTTP is scored by the model or becomes a dead letter."""

import http.client
import json
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labkit.intake.dead_letters import Store
from labkit.intake.form import Application, Refused, read
from labkit.riverton.child import Child
from labkit.riverton.data import load_people

MAX_BODY_BYTES = 1 << 20
TRAINED_ON = 20_000
KNOWN = ["debt", "volatility", "age"]
"""What the bank's own database knows of a person."""


class CountingModel:
    """A logistic regression of default that notes, inside its own method, whom it scored.

    It takes the income from the form and the rest from the bank's database.
    """

    def __init__(self, seed: int = 0) -> None:
        people = load_people()
        self._known = people[KNOWN].to_numpy(float)
        drawn = np.random.default_rng(seed).choice(len(people), TRAINED_ON, replace=False)
        X = self._rows(drawn, people["income"].to_numpy()[drawn])
        self._mean, self._sd = X.mean(axis=0), X.std(axis=0)
        default = people["default"].to_numpy(bool)[drawn]
        self._model = LogisticRegression().fit((X - self._mean) / self._sd, default)
        self.seen: list[int] = []

    def _rows(self, person: np.ndarray, income: np.ndarray) -> np.ndarray:
        return np.column_stack([self._known[person], np.log(income)])

    def score(self, offset: int, application: Application) -> float:
        """The probability of default, in [0, 1]."""
        self.seen.append(offset)  # counted here, where nobody gets round it
        person, income = np.array([application.person_id]), np.array([application.stated_income])
        row = (self._rows(person, income) - self._mean) / self._sd
        return float(self._model.predict_proba(row)[0, 1])


class Intake:
    """The ASGI application (`app`): POST /apply, GET /stats."""

    def __init__(self, store: Store, model: CountingModel) -> None:
        self.store, self.model = store, model
        self.received = store.next_offset()  # an offset is never given twice
        self.app = Starlette(
            routes=[
                Route("/apply", self._apply, methods=["POST"]),
                Route("/stats", self._stats, methods=["GET"]),
            ]
        )

    async def _apply(self, request: Request) -> Response:
        try:
            body = await _read(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nothing whole was received
        status, answer = self.take(body, _arrival(request))
        return JSONResponse(answer, status_code=status)

    def take(self, body: bytes, received_at: str) -> tuple[int, dict[str, Any]]:
        """Number a body, read it, and score it or bury it; return the status and the answer."""
        offset, self.received = self.received, self.received + 1
        try:
            application = read(body)
        except Refused as why:
            self.store.bury(offset, received_at, body, why)
            return 422, {"offset": offset, "field": why.field, "reason": why.reason}
        score = self.model.score(offset, application)
        self.store.keep(offset, received_at, application, score)
        return 200, {"offset": offset, "score": score}

    async def _stats(self, request: Request) -> Response:
        counts = {"received": self.received, **self.store.counts()}
        return JSONResponse(counts | {"model_saw": self.model.seen})


async def _read(request: Request) -> bytes:
    """The body; of one above MAX_BODY_BYTES its beginning, which is no whole JSON any more."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk[: MAX_BODY_BYTES - len(body)]
    return bytes(body)


def _arrival(request: Request) -> str:
    """When the gateway had the body, in UTC: its header, or this machine's clock."""
    try:
        time = datetime.fromisoformat(request.headers["x-received-at"]).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        time = datetime.now(UTC)
    return time.isoformat(timespec="milliseconds")


class IntakeServer:
    """The route as a process of its own on a loopback port, with `with` or `start` and `stop`.

    `path` is where its SQLite file lies: in a temporary folder, which goes when the server stops.
    """

    def __init__(self) -> None:
        self._child: Child | None = None

    def start(self, timeout_s: float = 60.0) -> Self:
        """Start it and wait until it is ready. Raises ChildError with its last words."""
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name) / "intake.sqlite"
        child = Child("labkit.intake.route_process", str(self.path))
        try:
            self._port = int(child.first_line(timeout_s))
        except BaseException:
            child.end()
            self._folder.cleanup()
            raise
        self._child = child
        self._http = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        return self

    def stop(self) -> None:
        """End the process and remove its file. To stop it twice does no harm."""
        child, self._child = self._child, None
        if child is not None:
            self._http.close()
            child.end(10.0)
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def post(self, body: bytes, received_at: str = "") -> tuple[int, dict[str, Any]]:
        """Send one body; return the status and the answer."""
        return self._ask("POST", "/apply", body, {"x-received-at": received_at})

    def post_all(self, bodies: Iterable[bytes], received_at: Iterable[str]) -> pd.DataFrame:
        """Send bodies one after the other; return one row each: status and the answer's fields."""
        rows = []
        for body, time in zip(bodies, received_at, strict=True):
            status, answer = self.post(body, time)
            rows.append({"status": status, **answer})
        return pd.DataFrame(rows, columns=["offset", "status", "field", "reason", "score"])

    def stats(self) -> dict[str, Any]:
        """What was counted: received, accepted, dead, replayed, retracted; whom the model saw."""
        return self._ask("GET", "/stats", None, {})[1]

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, Any]:
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        return answer.status, json.loads(answer.read())
