"""Compares what became of the suite's tests with what the page says must become of them. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from conformance.lists import Lists
from conformance.recording import Report


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many tests ended as they must, and a line for each thing that is not as it must be."""

    passed: int
    refused: int
    left_out: int
    objections: tuple[str, ...]


def judge(report: Report, lists: Lists) -> Verdict:
    passed = [outcome for outcome in report.outcomes if outcome.operation not in lists.refused]
    refused = [outcome for outcome in report.outcomes if outcome.operation in lists.refused]
    seen = {outcome.operation for outcome in report.outcomes}
    failed = [f"{outcome.test} failed: {outcome.message}" for outcome in passed if not outcome.passed]
    taken = [
        f"{outcome.test} must be answered {lists.refused[outcome.operation]}: {outcome.message or 'it passed'}"
        for outcome in refused
        if outcome.status != lists.refused[outcome.operation]
    ]
    unknown = [f"{operation} is listed as refused, and is no test" for operation in lists.refused.keys() - seen]
    return Verdict(
        passed=Counter(outcome.passed for outcome in passed)[True],
        refused=len(refused) - len(taken),
        left_out=report.left_out,
        objections=(*failed, *taken, *sorted(unknown), *([] if report.outcomes else ["no test has run"])),
    )
