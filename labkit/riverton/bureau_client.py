"""How the scoring service asks the credit bureau: HTTP/1.1 over connections that are kept."""

import asyncio
import contextlib
import json
from collections import OrderedDict
from typing import Any
from urllib.parse import quote

ANSWER_WITHIN_S = 3.0


class BureauDown(Exception):
    """The bureau gave no answer, or none in time."""


class BureauClient:
    """Asks the bureau on a port of this machine, from one event loop.

    Its last answers are kept for `cache` users; the one not used for longest makes room.
    """

    def __init__(self, port: int, cache: int = 0) -> None:
        self._port = port
        self._places = cache
        self._answers: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    def kept(self, user: str) -> dict[str, Any] | None:
        """Return the answer that is kept for `user`, which counts as a use; None if none is."""
        if user in self._answers:
            self._answers.move_to_end(user)
        return self._answers.get(user)

    def _keep(self, user: str, answer: dict[str, Any]) -> dict[str, Any]:
        self._answers[user] = answer
        if len(self._answers) > self._places:
            self._answers.popitem(last=False)
        return answer

    async def lookup(self, user: str, trace: str) -> dict[str, Any]:
        """Return what the bureau knows of `user`, an empty dict for one it does not know.

        Raises BureauDown.
        """
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                while self._free:  # one that the bureau has closed in the meantime is given up
                    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                        return self._keep(user, await self._ask(self._free.pop(), user, trace))
                connection = await asyncio.open_connection("127.0.0.1", self._port)
                return self._keep(user, await self._ask(connection, user, trace))
        except (OSError, EOFError, ValueError) as error:  # TimeoutError is an OSError
            raise BureauDown(f"the bureau does not answer: {type(error).__name__}") from None

    async def _ask(
        self, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], user: str, trace: str
    ) -> dict[str, Any]:
        reader, writer = connection
        answered = False
        try:
            path = f"/credit/{quote(user, safe='')}"
            head = f"GET {path} HTTP/1.1\r\nhost: bureau\r\nx-trace-id: {trace}\r\n\r\n"
            writer.write(head.encode("latin-1", "replace"))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(length))
            answered = True
        finally:
            if answered:
                self._free.append(connection)
            else:  # what is left on it belongs to another question
                writer.close()
        return json.loads(body) if head[9:12] == b"200" else {}

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()
        self._free.clear()
