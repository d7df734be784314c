"""Runs a suite in this process, which must know no other package `tests`: `python -m conformance.running`.

Given the suite's name, the folder of the SDK's sources, and the file to write the report to.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import asyncpg
import msgspec
import pytest

from addressee.database.installation import Installation
from conformance.lists import PAGE, read_lists
from conformance.recording import Recorder
from conformance.restoring import prepare
from conformance.source import TESTS
from conformance.suites import SUITES, Suite


def main(suite: Suite, sources: Path, report: Path) -> None:
    target = Installation.from_environment().target()
    with asyncio.Runner() as runner:
        connection: asyncpg.Connection[asyncpg.Record] = runner.run(asyncpg.connect(**target.arguments))
        recorder = Recorder(
            sources / TESTS,
            read_lists(PAGE.read_text(), suite.section).left_out,
            lambda file: runner.run(prepare(connection, suite, file)),
        )
        code = pytest.main(
            [
                *("--rootdir", str(sources)),
                *("--config-file", str(sources / "pyproject.toml")),
                *("--override-ini", "addopts="),
                *("--override-ini", "filterwarnings="),  # the suite's own calls for no warning at all, from anything
                *("--tb=short", "-p", "no:cacheprovider"),
                str(sources / TESTS),
            ],
            plugins=[recorder],
        )
        runner.run(connection.close())
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        sys.exit(code)
    report.write_bytes(msgspec.json.encode(recorder.report))


if __name__ == "__main__":
    main(SUITES[sys.argv[1]], Path(sys.argv[2]).absolute(), Path(sys.argv[3]))
