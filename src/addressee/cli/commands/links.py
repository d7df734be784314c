"""The commands `links`: URLs that open a page of a user's without a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions, installation_options

if TYPE_CHECKING:
    from datetime import timedelta

    from addressee.directory.access.link_tokens import Purpose

user_argument = click.argument("user")
environment_option = click.option(
    "--environment", default="development", show_default=True, help="The environment's name."
)
for_option = click.option("--for", "lasting", default="7d", show_default=True, help="How long it opens the page.")
tenant_option = click.option("--tenant", help="The page is about what this tenant sends, in its colours.")


@click.group()
def links() -> None:
    """Make links to a user's preferences or inbox. Whoever has one needs no login."""


@links.command()
@user_argument
@environment_option
@for_option
@tenant_option
@installation_options
@asynchronous
async def preferences(
    options: InstallationOptions, user: str, environment: str, lasting: str, tenant: str | None
) -> None:
    """Print a URL of the page on which USER chooses what to get."""
    from addressee.directory.access.link_tokens import Purpose

    print(await url_of(options, Purpose.PREFERENCES, environment, user, lifetime_of(lasting), tenant))


@links.command()
@user_argument
@environment_option
@for_option
@tenant_option
@installation_options
@asynchronous
async def inbox(options: InstallationOptions, user: str, environment: str, lasting: str, tenant: str | None) -> None:
    """Print a URL of the page with the in-app messages of USER."""
    from addressee.directory.access.link_tokens import Purpose

    print(await url_of(options, Purpose.INBOX, environment, user, lifetime_of(lasting), tenant))


def lifetime_of(text: str) -> timedelta:
    """Raises CommandError."""
    from addressee.timing.durations import duration
    from addressee.timing.errors import TimingError

    try:
        return duration(text)
    except TimingError as error:
        raise CommandError(f"--for: {error}.") from None


async def url_of(
    options: InstallationOptions,
    purpose: Purpose,
    environment: str,
    user: str,
    lifetime: timedelta,
    tenant: str | None,
) -> str:
    """Returns a new link. Raises CommandError."""
    from addressee.database.environment_variables import PUBLIC_URL
    from addressee.database.public_url import configured_url
    from addressee.directory.access.links import Links
    from addressee.directory.directory import Directory
    from addressee.directory.documents import check_id
    from addressee.directory.errors import RefusedError
    from addressee.directory.recipient import TENANTS, USERS, Place

    base = configured_url()
    if base is None:
        raise CommandError(
            f"Set {PUBLIC_URL} to the URL under which browsers reach the service, like https://addressee.example.com."
        )
    async with options.open() as (pool, sealer):
        directory = Directory(pool)
        with refusals():
            id = (await directory.environments.named(environment)).id
            found = await directory.read(Place(id, USERS, check_id(user, "The id")))
            if found is None:
                raise CommandError(f"There is no user {user!r} in {environment}.")
            if tenant is not None and await directory.read(Place(id, TENANTS, check_id(tenant, "--tenant"))) is None:
                raise CommandError(f"There is no tenant {tenant!r} in {environment}.")
        try:
            made = await Links(pool, sealer).make(purpose, found.identity, lifetime, tenant)
        except RefusedError as refused:
            raise CommandError(f"--for {refused.without('expires_in')}") from None
    return base + made.path
