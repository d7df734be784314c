"""A pytest plugin: prepares every test of a suite, and keeps what became of it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import msgspec
import pytest

from conformance.lists import operation_of


class Outcome(msgspec.Struct, frozen=True):
    """One test. `status` is that of the error answer that failed it, if it was one."""

    test: str
    operation: str
    passed: bool
    status: int | None = None
    message: str = ""


class Report(msgspec.Struct):
    outcomes: list[Outcome] = []
    left_out: int = 0


class Recorder:
    """`prepare` is called with the test's file before each test."""

    def __init__(self, suite: Path, left_out: frozenset[str], prepare: Callable[[str], None]) -> None:
        self.report = Report()
        self._suite = suite
        self._left_out = left_out
        self._prepare = prepare

    def _file(self, item: pytest.Item) -> str:
        return item.path.relative_to(self._suite).as_posix()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        wanted = [item for item in items if self._file(item) not in self._left_out]
        self.report.left_out = len(items) - len(wanted)
        items[:] = wanted
        for item in items:
            # The suite skips what its mock server cannot read. This is no mock server.
            item.own_markers = [marker for marker in item.own_markers if marker.name != "skip"]

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._prepare(self._file(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Function, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "call" or not report.passed:
            self.report.outcomes.append(self._outcome(item, call, report))
        return report

    def _outcome(self, item: pytest.Function, call: pytest.CallInfo[None], report: pytest.TestReport) -> Outcome:
        error = call.excinfo.value if call.excinfo else None
        return Outcome(
            item.nodeid,
            operation_of(self._file(item), item.originalname),
            report.passed,
            getattr(error, "status_code", None),  # of the SDK's own class of errors
            "" if error is None else f"{type(error).__name__}: {error}",
        )
