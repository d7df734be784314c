"""Summing up what several processes count, checked by the client library's own way, which is slow."""

import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from addressee.http.metrics.files import render

COUNTING = """
import sys
from prometheus_client import Counter, Gauge, Histogram

number = int(sys.argv[1])
seconds = Histogram("seconds", "How long", ["what", "status"], buckets=(0.1, 1, 10))
for value in (0.0625, 0.125, 5, 50):
    seconds.labels("users.get", "200").observe(value * number)
seconds.labels("users.get", str(400 + number)).observe(0.5)
Histogram("sizes", "How many", buckets=(1, 2)).observe(number)
Counter("events", "What happened", ["type"]).labels('a "quoted" \\\\ \\n name').inc(number)
Gauge("waiting", "What waits", multiprocess_mode="livesum").set(number)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What three processes have counted."""
    for number in (1, 2, 3):
        environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        subprocess.run([sys.executable, "-c", COUNTING, str(number)], env=environment, check=True)
    return tmp_path


def test_the_sums_are_those_of_the_library(folder: Path) -> None:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    assert sorted(render(folder).splitlines()) == sorted(generate_latest(registry).decode().splitlines())


def test_the_lines_stand_in_the_order_that_prometheus_wants(folder: Path) -> None:
    lines = render(folder).splitlines()
    first = lines.index("# HELP seconds How long")
    assert lines[first : first + 8] == [
        "# HELP seconds How long",
        "# TYPE seconds histogram",
        'seconds_sum{status="200",what="users.get"} 331.125',
        'seconds_bucket{le="0.1",status="200",what="users.get"} 1.0',
        'seconds_bucket{le="1.0",status="200",what="users.get"} 6.0',
        'seconds_bucket{le="10.0",status="200",what="users.get"} 8.0',
        'seconds_bucket{le="+Inf",status="200",what="users.get"} 12.0',
        'seconds_count{status="200",what="users.get"} 12.0',
    ]


def test_a_file_that_a_process_has_only_just_made_is_passed_over(folder: Path) -> None:
    before = render(folder)
    (folder / "counter_4.db").touch()
    assert render(folder) == before
