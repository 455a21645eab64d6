"""``python3 -m labkit.riverton build``: make everything in datasets/ again from the seed."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from labkit import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m labkit.riverton", description=__doc__)
    commands = parser.add_subparsers(required=True)
    rebuild = commands.add_parser("build", help="write datasets/ again, byte for byte")
    rebuild.set_defaults(run=_build)
    try:
        parser.parse_args().run()
    except ModuleNotFoundError as missing:
        sys.exit(_with_the_courses_own_python(missing))


def _with_the_courses_own_python(missing: ModuleNotFoundError) -> int | str:
    """Run the same command in .venv; returns its exit status, or what stands in the way."""
    venv = ROOT / ".venv"
    for place in ("bin/python", "Scripts/python.exe"):  # Linux and macOS, Windows
        if (venv / place).exists() and Path(sys.prefix) != venv:
            command = [str(venv / place), "-m", "labkit.riverton", *sys.argv[1:]]
            return subprocess.call(command, cwd=ROOT)
    return f"This Python has no {missing.name}: python3 course.py check sets up one that has."


def _build() -> None:
    from labkit.riverton.build import build
    from labkit.riverton.data import DatasetError

    started = time.perf_counter()
    try:
        written = build()
    except (DatasetError, ValueError) as error:
        sys.exit(f"Nothing was changed. {error}")
    except OSError as error:
        sys.exit(f"Nothing was changed: {error.strerror or error}. Is the disk full?")
    for path in written:
        print(f"{path.stat().st_size:>10,} B  {path.relative_to(ROOT).as_posix()}")
    total = sum(path.stat().st_size for path in written)
    print(f"{total:>10,} B  in all, in {time.perf_counter() - started:.1f} s", end="; ")
    print("service_log was captured, cannot be made again and stays as it is")


if __name__ == "__main__":
    main()
