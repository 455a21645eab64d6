"""The few places where operating systems differ, and the tie between a child and its parent."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any


def child_options() -> dict[str, Any]:
    """Arguments for Popen that keep a terminal's Ctrl-C or a notebook's interrupt from the child:
    its parent decides when it ends, by closing the child's standard input."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def exit_with_parent(stop: Callable[[], object] = lambda: None, *, grace_s: float = 0.0) -> None:
    """In a child: call `stop` when the parent closes our standard input or writes to it, and be
    gone `grace_s` later. The system closes it for a parent that dies, however it dies."""

    def watch() -> None:
        # Not sys.stdin: Python could not shut down while a thread holds that object's lock.
        os.read(0, 1)
        stop()
        time.sleep(grace_s)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def raise_file_limit(wanted: int = 8192) -> None:
    """Let this process open up to `wanted` connections where the system allows it."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def new_event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where there is one: half the cost of a request."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()
