"""`make conformance`: fetches the SDKs' suites, runs them against services of its own, and compares with the page."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import asyncpg
import msgspec

from addressee.database.installation import Installation
from addressee.database.migrate import migrate
from conformance.knock.seeding import seed as seed_knock
from conformance.lists import PAGE, read_lists
from conformance.notiflows.seeding import seed as seed_notiflows
from conformance.recording import Report
from conformance.restoring import keep
from conformance.source import unpacked
from conformance.suites import FIRST_NOTIFLOWS, KNOCK, NOTIFLOWS, Suite
from conformance.verdict import Verdict, judge
from tests.support.api import running_api, running_worker
from tests.support.servers import installation_of_the_tests

Seed: TypeAlias = Callable[[Installation, str], Awaitable[None]]

BUILD = Path("build/conformance")


async def main() -> None:
    verdicts = [
        *await run_all([KNOCK], seed_knock),
        *await run_all([NOTIFLOWS, FIRST_NOTIFLOWS], seed_notiflows),
    ]
    if any(verdict.objections for verdict in verdicts):
        sys.exit(1)


async def run_all(suites: Sequence[Suite], seed: Seed) -> list[Verdict]:
    """Runs suites that expect to find the same: in a service that `seed` fills."""
    async with installation_of_the_tests() as installation:
        await migrate(installation.target(), finish=True)
        with running_api(installation) as url:
            with running_worker(installation):
                await seed(installation, url)
            await keep_everything(installation)
            return [run(suite, installation, url) for suite in suites]


async def keep_everything(installation: Installation) -> None:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(**installation.target().arguments)
    await keep(connection)
    await connection.close()


def run(suite: Suite, installation: Installation, url: str) -> Verdict:
    started = time.monotonic()
    lists = read_lists(PAGE.read_text(), suite.section)
    sources = unpacked(suite, lists.replaced, BUILD)
    environment = {
        **os.environ,
        **installation.to_environment(),
        "PYTHONPATH": str((sources / "src").absolute()),
        "TEST_API_BASE_URL": url + suite.path,
    }
    log, report = BUILD / f"{sources.name}.log", BUILD / f"{sources.name}.json"
    run_tests(suite, sources, environment, log, report)
    verdict = judge(msgspec.json.decode(report.read_bytes(), type=Report), lists)
    tell(sources.name, verdict, time.monotonic() - started, log)
    return verdict


def run_tests(suite: Suite, sources: Path, environment: Mapping[str, str], log: Path, report: Path) -> None:
    """Writes the report, in which tests that failed are; without one the suite did not run to its end."""
    report.unlink(missing_ok=True)
    with log.open("wb") as output:
        subprocess.run(
            [sys.executable, "-m", "conformance.running", suite.name, sources, report],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if not report.exists():
        sys.exit(f"The suite did not run to its end:\n{log.read_text()}")


def tell(name: str, verdict: Verdict, seconds: float, log: Path) -> None:
    for objection in verdict.objections:
        print(objection)
    print(f"The suite of {name}, in {seconds:.0f} s")
    print(f"  passed    {verdict.passed:>6,}")
    print(f"  refused   {verdict.refused:>6,}   as {PAGE} says they must be")
    print(f"  left out  {verdict.left_out:>6,}   as {PAGE} says")
    if verdict.objections:
        print(f"  wrong     {len(verdict.objections):>6,}   more in {log}")


if __name__ == "__main__":
    asyncio.run(main())
