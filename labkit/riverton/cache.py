"""Files that are built on first use, checked on every use, and never committed."""

import contextlib
import hashlib
from collections.abc import Callable

from labkit import ROOT
from labkit.files import replace_file

CACHE = ROOT / ".cache" / "riverton"
_DIGEST = hashlib.sha256().digest_size


def cached(name: str, build: Callable[[], bytes]) -> bytes:
    """Return the content called `name`, from the cache if it is there and whole, else from `build`.

    The file starts with the SHA-256 of the rest, so a truncated or altered file is built again.
    It is replaced in one step, so two processes that build at once do no harm.
    """
    path = CACHE / name
    with contextlib.suppress(FileNotFoundError):
        stored = path.read_bytes()
        digest, content = stored[:_DIGEST], stored[_DIGEST:]
        if hashlib.sha256(content).digest() == digest:
            return content
    content = build()
    replace_file(path, hashlib.sha256(content).digest() + content)
    return content
