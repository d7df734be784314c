"""The commands `suppressions`: the addresses that an environment does not send to."""

from __future__ import annotations

import json as json_format
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions, as_json, environment_name, installation_options

if TYPE_CHECKING:
    from addressee.directory.directory import Directory
    from addressee.messaging.suppressions.model import SuppressibleKind, Suppression
    from addressee.messaging.suppressions.suppressions import SuppressionFilter, Suppressions

KINDS = click.Choice(["email", "sms", "whatsapp"])
REASONS = click.Choice(["bounced", "opted_out", "manual", "complained"])
PAGE_SIZE = 1000

kind_option = click.option("--kind", type=KINDS, required=True, help="The kind of these addresses.")
addresses_argument = click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")


class OpenEnvironment(NamedTuple):
    id: int
    directory: Directory
    suppressions: Suppressions


@asynccontextmanager
async def opened(options: InstallationOptions, environment: str) -> AsyncIterator[OpenEnvironment]:
    """Opens the environment of a command. Raises CommandError when there is none of this name."""
    from addressee.directory.directory import Directory
    from addressee.messaging.messaging import Messaging

    async with options.open() as (pool, _):
        directory = Directory(pool)
        with refusals():
            found = await directory.environments.named(environment)
        yield OpenEnvironment(found.id, directory, Messaging.from_directory(directory).suppressions)


@click.group()
def suppressions() -> None:
    """List, add and lift addresses that nothing is sent to."""


@suppressions.command("list")
@environment_name
@click.option("--kind", type=KINDS, help="Only addresses of this kind.")
@click.option("--reason", type=REASONS, help="Only those with this reason.")
@click.option("--address", help="Only this address, in any spelling.")
@as_json
@installation_options
@asynchronous
async def list_suppressions(
    options: InstallationOptions,
    environment: str,
    kind: str | None,
    reason: str | None,
    address: str | None,
    json: bool,
) -> None:
    """List the addresses, with the reason and since when."""
    from addressee.directory.documents import check_text
    from addressee.messaging.suppressions.model import Reason
    from addressee.messaging.suppressions.suppressions import SuppressionFilter

    if address is not None:
        with refusals_of(address):
            check_text(address, "address")
    filter = SuppressionFilter(kind, None if reason is None else Reason(reason), address)
    async with opened(options, environment) as there:
        async for entry in all_entries(there, filter):
            print(json_format.dumps(entry.shown) if json else line(entry))


@suppressions.command()
@environment_name
@kind_option
@click.option("--details", help="Why, in your words.")
@addresses_argument
@installation_options
@asynchronous
async def add(
    options: InstallationOptions,
    environment: str,
    kind: SuppressibleKind,
    details: str | None,
    addresses: tuple[str, ...],
) -> None:
    """Suppress addresses by hand. Those that were complained about keep that reason."""
    from addressee.messaging.suppressions.model import manual_suppression

    async with opened(options, environment) as there:
        now = there.directory.clock.now()
        entries = []
        for address in addresses:
            with refusals_of(address):
                entries.append(manual_suppression(kind, address, details, now))
        await there.suppressions.add(there.id, entries)
    print(f"Suppressed {', '.join(entry.address for entry in entries)}.")


@suppressions.command()
@environment_name
@kind_option
@addresses_argument
@installation_options
@asynchronous
async def lift(
    options: InstallationOptions, environment: str, kind: SuppressibleKind, addresses: tuple[str, ...]
) -> None:
    """Lift the suppression of addresses, whatever its reason."""
    from addressee.directory.documents import check_text
    from addressee.messaging.messages.model import Address

    async with opened(options, environment) as there:
        for address in addresses:
            with refusals_of(address):
                check_text(address, "address")
                (entry,) = await there.suppressions.lift(there.directory, there.id, [Address(kind, address)])
            print(f"Lifted {entry.address}, which was {entry.reason.replace('_', ' ')}.")


@contextmanager
def refusals_of(address: str) -> Iterator[None]:
    """Turns the refusal of an address into a CommandError that names it."""
    from addressee.directory.documents import escaped
    from addressee.directory.errors import RefusedError
    from addressee.messaging.errors import SuppressionMissingError

    try:
        yield
    except (RefusedError, SuppressionMissingError) as refusal:
        raise CommandError(f"{escaped(address)}: {refusal}") from None


async def all_entries(there: OpenEnvironment, filter: SuppressionFilter) -> AsyncIterator[Suppression]:
    """Yields the entries of all pages."""
    from addressee.database.paging import PageRequest
    from addressee.messaging.suppressions.model import Position

    after: Position | None = None
    while True:
        page: PageRequest[Position] = PageRequest(PAGE_SIZE, after=after)
        part = await there.suppressions.list(there.id, filter, page)
        for entry in part.entries:
            yield entry
        if part.after is None:
            return
        after = part.entries[-1].position


def line(entry: Suppression) -> str:
    details = " ".join((entry.details or "").split())
    return f"{entry.kind:8}  {entry.address:40}  {entry.reason:10}  {entry.created_at:%Y-%m-%d}  {details}".rstrip()
