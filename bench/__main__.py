"""`make bench`: the measurements, or some of them with `make bench only="requests fanout"`.

Three run by name alone: `make bench only=memory`, which takes ten minutes, `make bench only=capacity`, and
`make bench only=dashboard people=10000000`.

Each prints its rows when it is done. It ends with 1 when a row missed what it must reach.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import batch, bulk, capacity, dashboard, fanout, feed, large, live, memory, merge, requests, smtp
from bench.options import Options
from bench.results import Result

PARTS: dict[str, Callable[[Options], Iterable[Result]]] = {
    "requests": requests.measure,
    "bulk": bulk.measure,
    "fanout": fanout.measure,
    "smtp": smtp.measure,
    "feed": feed.measure,
    "live": live.measure,
    "merge": merge.measure,
    "batch": batch.measure,
    "large": large.measure,
}

# They take long or judge nothing, and run only when they are named.
BY_NAME: dict[str, Callable[[Options], Iterable[Result]]] = {
    "memory": memory.measure,
    "capacity": capacity.measure,
    "dashboard": dashboard.measure,
}


def main() -> None:
    arguments = parser().parse_args()
    if shutil.which("wrk") is None:
        sys.exit("The benchmark needs wrk (Debian: apt install wrk).")
    options = Options(arguments.people, arguments.minutes, arguments.profile)
    missed = []
    for name in arguments.only or PARTS:
        for result in (PARTS | BY_NAME)[name](options):
            print(result, flush=True)
            if not result.met:
                missed.append(result)
    if missed:
        sys.exit("Missed: " + "; ".join(f"{result.what} ({result.must})" for result in missed))


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--only",
        choices=[*PARTS, *BY_NAME],
        nargs="+",
        help="measure these alone; without it, all but memory, capacity and dashboard",
    )
    parser.add_argument("--people", type=int, default=1_000_000, help="users of the large environment")
    parser.add_argument("--minutes", type=int, default=10, help="how long memory is watched under load")
    parser.add_argument("--profile", type=Path, metavar="FOLDER", help="write a flame graph of each into this folder")
    return parser


if __name__ == "__main__":
    main()
