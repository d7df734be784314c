"""`addressee demo`: identifies people, triggers workflows and checks the results."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console

from addressee.cli.errors import CommandError
from addressee.cli.signals import run_until_signal

if TYPE_CHECKING:
    from addressee.cli.demo.service import Service

# The official SDKs that the demo calls the service with.
SDKS = ("knockapi", "suprsend")
PACKAGES = "knockapi suprsend-py-sdk"

INTERRUPTED = 130

# The operator of the dashboard that stays open.
OPERATOR = "grace@example.com"


async def demo(*, stay: bool) -> None:
    """Runs the demo. With `stay`, its service goes on for people to look at, until the first signal.

    Raises CommandError, also when the SDK is not installed. Ends the process when a check failed.
    """
    if any(find_spec(name) is None for name in SDKS):
        raise CommandError(
            f"The demo calls the service with the official SDKs of Knock and SuprSend: pip install {PACKAGES}, "
            "or run `make demo` in a checkout."
        )
    console = Console()
    verdicts: list[bool] = []
    await run_until_signal(perform(console, verdicts, stay=stay))
    if not verdicts:
        console.print("\n  Stopped. The service has ended and its folder is removed.\n", highlight=False)
        sys.exit(INTERRUPTED)
    if not all(verdicts):
        sys.exit(1)


async def perform(console: Console, verdicts: list[bool], *, stay: bool) -> None:
    """Appends whether every check passed; nothing when it is cancelled before. Raises CommandError."""
    from knockapi import KnockError

    from addressee.cli.demo.checks import check_all, check_night
    from addressee.cli.demo.overnight import pass_a_night
    from addressee.cli.demo.people import read_people
    from addressee.cli.demo.progress import ProgressReporter
    from addressee.cli.demo.report import show, show_verdict
    from addressee.cli.demo.scenario import play, sdk
    from addressee.cli.demo.service import temporary_service
    from addressee.database.pool import open_pool

    started = monotonic()
    people = read_people()
    progress = ProgressReporter(console)
    console.print("\n  [bold]Addressee[/]  [dim]a thousand people, two workflows, every channel[/]\n", highlight=False)
    try:
        async with AsyncExitStack() as stack:
            with progress.act("Starting a service", "Started a service on a fresh folder"):
                service = await stack.enter_async_context(temporary_service())
            with progress.act("Making a secret key", "Made a secret key with `addressee keys create`"):
                key = await service.create_key()
            knock = await stack.enter_async_context(sdk(service, key))
            pool = await open_pool(service.installation.target(), max_size=2)
            stack.push_async_callback(pool.close)
            results = await play(people, service, knock, pool, progress)
            with progress.act("Stopping the service", "Stopped the service"):
                await pool.close()
                await service.stop()
            warnings = service.warnings()
            with progress.act("Passing a night", "Passed a night, on a clock that the demo moves"):
                night = await pass_a_night(service.installation)
            checks = [*check_all(people, results), *check_night(night)]
            show(console, people, results, night, checks)
            show_verdict(console, checks, warnings, monotonic() - started)
            verdicts.append(all(check.passed for check in checks))
            if stay:
                await stay_open(console, service)
    except* KnockError as errors:
        raise CommandError(f"The service did not answer as it must: {errors.exceptions[0]}") from None


async def stay_open(console: Console, service: Service) -> None:
    """Serves what the demo has made until it is cancelled, and says how to look at it. Raises CommandError."""
    from addressee.cli.demo.report import show_dashboard
    from addressee.cli.demo.service import log_tail, service_on

    async with service_on(service.installation, service.log) as again:
        password = await again.add_operator(OPERATOR, "Grace Hopper")
        show_dashboard(console, f"{again.url}/dashboard", OPERATOR, password)
        await again.process.wait()
        raise CommandError(f"The service has ended by itself. The end of its log:\n{log_tail(again.log)}")
