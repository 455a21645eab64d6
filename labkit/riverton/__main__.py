"""``python3 -m labkit.riverton build``: make everything in datasets/ again from the seed."""

import argparse
import sys
import time


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m labkit.riverton", description=__doc__)
    commands = parser.add_subparsers(required=True)
    rebuild = commands.add_parser("build", help="write datasets/ again, byte for byte")
    rebuild.set_defaults(run=_build)
    try:
        parser.parse_args().run()
    except ModuleNotFoundError as missing:
        sys.exit(
            f"This Python has no {missing.name}: run it with the one in .venv, from the course."
        )


def _build() -> None:
    from labkit import ROOT
    from labkit.riverton.build import build

    started = time.perf_counter()
    written = build()
    for path in written:
        print(f"{path.stat().st_size:>10,} B  {path.relative_to(ROOT).as_posix()}")
    total = sum(path.stat().st_size for path in written)
    print(f"{total:>10,} B  in all, in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
