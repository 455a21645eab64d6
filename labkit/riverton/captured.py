"""The captured log that datasets/service_log/ holds: what the fleet wrote on one machine, once."""

import json
from datetime import datetime
from pathlib import Path

import pandas as pd

from labkit.riverton.catalog import SERVICE_LOG
from labkit.riverton.data import DATASETS, verified
from labkit.riverton.fleet import Captured

FOLDER = SERVICE_LOG.folder
LOG, SENT, SWITCHED = (file.file for file in SERVICE_LOG.files)
_SENT = ["trace", "user", "intended_s", "latency_ms", "status", "malformed"]


def shipped() -> Captured:
    """Return the captured log as :func:`labkit.riverton.fleet.capture` gives one.

    Its one file holds the lines of all processes in the order of their time. Raises DatasetError.
    """
    switched = json.loads(verified(f"{FOLDER}/{SWITCHED}").read_text(encoding="utf-8"))
    frame = pd.DataFrame(switched["switched"])
    return Captured(
        logs=[verified(f"{FOLDER}/{LOG}")],
        sent=pd.read_csv(verified(f"{FOLDER}/{SENT}")),
        switched=frame.assign(ts=pd.to_datetime(frame["ts"], utc=True)),
        started=datetime.fromisoformat(switched["started"]),
    )


def save(captured: Captured, folder: Path = DATASETS / FOLDER) -> None:
    """Write a captured log as the three files of the dataset, and their metadata."""
    from labkit.riverton.build import describe

    lines = [line for path in captured.logs for line in path.read_bytes().splitlines()]
    lines.sort(key=lambda line: json.loads(line)["ts"])
    (folder / LOG).write_bytes(b"".join(line + b"\n" for line in lines))
    sent = captured.sent[_SENT].round({"intended_s": 4, "latency_ms": 3})
    sent.to_csv(folder / SENT, index=False, lineterminator="\n")
    switched = captured.switched.assign(ts=captured.switched["ts"].map(lambda ts: ts.isoformat()))
    rows = [
        {name: value for name, value in row.items() if isinstance(value, str | dict)}
        for row in switched.to_dict("records")
    ]
    told = {"started": captured.started.isoformat(), "switched": rows}
    text = json.dumps(told, indent=1) + "\n"
    (folder / SWITCHED).write_text(text, encoding="utf-8", newline="\n")
    metadata = describe(SERVICE_LOG, folder, "Captured")
    (folder / "croissant.json").write_text(metadata, encoding="utf-8", newline="\n")
