"""The suites, and what each expects of the server that it meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Where everything is that suites expect to find.
ENVIRONMENT = "development"

# The channel that all of Knock's suite names.
KNOCK_CHANNEL = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests that come with an SDK: in the version of the `distribution` that `lock_file` names, with its hashes.

    `section` is the part of docs/conformance.md about it. Its API begins at `path`. `feeds` are files, each with a
    channel that is a feed there and something else elsewhere.
    """

    name: str
    section: str
    distribution: str
    lock_file: Path
    path: str = ""
    feeds: Mapping[str, str] = field(default_factory=dict)


KNOCK = Suite(
    name="knock",
    section="Knock",
    distribution="knockapi",
    lock_file=Path("requirements/dev.txt"),
    feeds={"users/test_feeds.py": KNOCK_CHANNEL},
)

NOTIFLOWS = Suite(
    name="notiflows",
    section="Notiflows",
    distribution="notiflows",
    lock_file=Path("requirements/dev.txt"),
    path="/admin/v1",
)

FIRST_NOTIFLOWS = Suite(
    name="first-notiflows",
    section="Notiflows",
    distribution="notiflows",
    lock_file=Path("requirements/conformance.txt"),
    path="/admin/v1",
)

SUITES = {suite.name: suite for suite in (KNOCK, NOTIFLOWS, FIRST_NOTIFLOWS)}
