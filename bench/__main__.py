"""`make bench`: all measurements, or one of them with `make bench only=batch`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from bench import batch, directory

PARTS: Mapping[str, Callable[[], None]] = {"directory": directory.main, "batch": batch.main}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure this alone")
    only = parser.parse_args().only
    for name, measure in PARTS.items():
        if only in {None, name}:
            measure()


if __name__ == "__main__":
    main()
