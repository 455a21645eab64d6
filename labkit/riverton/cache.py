"""Files that are built on first use, checked on every use, and never committed."""

import contextlib
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from labkit import ROOT

CACHE = ROOT / ".cache" / "riverton"
_DIGEST = hashlib.sha256().digest_size


def cached(name: str, build: Callable[[], bytes]) -> bytes:
    """Return the content called `name`, from the cache if it is there and whole, else from `build`.

    The file starts with the SHA-256 of the rest, so a truncated or altered file is built again.
    It is written beside its place and moved there, so a reader never sees half of it, and two
    processes that build at once do no harm.
    """
    path = CACHE / name
    with contextlib.suppress(FileNotFoundError):
        stored = path.read_bytes()
        digest, content = stored[:_DIGEST], stored[_DIGEST:]
        if hashlib.sha256(content).digest() == digest:
            return content
    content = build()
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=CACHE, prefix=name, suffix=".part", delete=False) as file:
        file.write(hashlib.sha256(content).digest())
        file.write(content)
    Path(file.name).replace(path)
    return content
