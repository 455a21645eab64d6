"""The learner's own copies of the exercises, which no update ever overwrites."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from labkit import ROOT

WORK = ROOT / "work"
"""The learner's own folder; git does not see it."""


def hand_out(exercises: Path = ROOT / "exercises", work: Path = WORK) -> list[str]:
    """Copy every exercise that has no copy yet; returns what the learner has to know, in lines.

    A copy in which nothing was changed follows its exercise. A copy that was edited is left
    alone, and where its exercise has become newer, one line says so.
    """
    record = work / ".handed-out.json"
    handed_out = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    announced = []
    for exercise in sorted(exercises.glob("[0-9]*/*.ipynb")):
        name = exercise.relative_to(exercises).as_posix()
        content, copy = exercise.read_bytes(), work / name
        now = _digest(content)
        if not copy.exists() or _digest(copy.read_bytes()) == handed_out.get(name):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            handed_out[name] = now
        elif handed_out.get(name) not in (now, None):
            announced.append(
                f"A newer version of the exercise {name} is here. Yours is untouched; to start on "
                f"the newer one, rename work/{name} and run this again."
            )
    work.mkdir(exist_ok=True)
    record.write_text(json.dumps(handed_out, indent=1) + "\n", encoding="utf-8")
    return announced


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
