"""`make conformance`: fetches the SDK's suite, runs it against a service of its own, and compares with the page."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from addressee.database.migrate import migrate
from conformance.lists import PAGE, read_lists
from conformance.recording import Report
from conformance.seeding import seed
from conformance.source import unpacked
from conformance.verdict import Verdict, judge
from tests.support.api import running_api, running_worker
from tests.support.servers import installation_of_the_tests

BUILD = Path("build/conformance")
LOG = BUILD / "suite.log"
REPORT = BUILD / "report.json"


async def main() -> None:
    started = time.monotonic()
    sources = unpacked(BUILD)
    async with installation_of_the_tests() as installation:
        await migrate(installation.target(), finish=True)
        with running_api(installation) as url:
            with running_worker(installation):
                await seed(installation, url)
            environment = {**os.environ, **installation.to_environment(), "TEST_API_BASE_URL": url}
            run_suite(sources, environment)
    report = msgspec.json.decode(REPORT.read_bytes(), type=Report)
    verdict = judge(report, read_lists(PAGE.read_text()))
    tell(sources.name, verdict, time.monotonic() - started)
    if verdict.objections:
        sys.exit(1)


def run_suite(sources: Path, environment: dict[str, str]) -> None:
    """Writes the report, in which tests that failed are; without one the suite did not run to its end."""
    REPORT.unlink(missing_ok=True)
    with LOG.open("wb") as log:
        subprocess.run(
            [sys.executable, "-m", "conformance.suite", sources, REPORT],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if not REPORT.exists():
        sys.exit(f"The suite did not run to its end:\n{LOG.read_text()}")


def tell(name: str, verdict: Verdict, seconds: float) -> None:
    for objection in verdict.objections:
        print(objection)
    print(f"The suite of {name}, in {seconds:.0f} s")
    print(f"  passed    {verdict.passed:>6,}")
    print(f"  refused   {verdict.refused:>6,}   as {PAGE} says they must be")
    print(f"  left out  {verdict.left_out:>6,}   as {PAGE} says")
    if verdict.objections:
        print(f"  wrong     {len(verdict.objections):>6,}   more in {LOG}")


if __name__ == "__main__":
    asyncio.run(main())
