"""The commands `operators`: who may use the dashboard."""

from __future__ import annotations

import json as json_format
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import refusals
from addressee.cli.options import InstallationOptions, as_json, installation_options

if TYPE_CHECKING:
    from addressee.directory.access.environments import Environments
    from addressee.operators.accounts import Accounts
    from addressee.operators.invitations import Invitations
    from addressee.operators.model import Role

email_argument = click.argument("email")
role_option = click.option(
    "--role",
    type=click.Choice(["viewer", "editor", "admin"]),
    required=True,
    help="viewer: looks. editor: changes people and sends. admin: also keys, channels and settings.",
)
environments_option = click.option(
    "--environment",
    "environment_names",
    multiple=True,
    help="Where the role holds; give it again for another one.  [default: all]",
)
password_option = click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    help="Where the password stands; - for standard input. Without it a random one is made and shown.",
)


class OpenAccounts(NamedTuple):
    accounts: Accounts
    invitations: Invitations
    environments: Environments


@asynccontextmanager
async def opened(options: InstallationOptions) -> AsyncIterator[OpenAccounts]:
    from addressee.directory.access.environments import Environments
    from addressee.operators.accounts import Accounts
    from addressee.operators.invitations import Invitations

    async with options.open() as (pool, sealer):
        with refusals():
            yield OpenAccounts(Accounts(pool, sealer), Invitations(pool, sealer), Environments(pool))


@click.group()
def operators() -> None:
    """Add, invite, list and disable operators, and set their passwords and roles."""


@operators.command()
@email_argument
@click.option("--name", required=True, help="The name that the history shows.")
@role_option
@environments_option
@password_option
@installation_options
@asynchronous
async def add(
    options: InstallationOptions,
    email: str,
    name: str,
    role: str,
    environment_names: tuple[str, ...],
    password_file: Path | None,
) -> None:
    """Add an operator with a role."""
    async with opened(options) as there:
        password = password_from(password_file)
        await there.accounts.add(email, name, await roles(there, role, environment_names), password.text)
    print(f"Added {email}.{password.note}")


@operators.command()
@email_argument
@click.option("--name", required=True, help="The name that the history shows.")
@role_option
@environments_option
@installation_options
@asynchronous
async def invite(
    options: InstallationOptions, email: str, name: str, role: str, environment_names: tuple[str, ...]
) -> None:
    """Invite an operator, who chooses the password: print a link that works once, for 7 days.

    The link begins with ADDRESSEE_PUBLIC_URL, if that is set; without it, only its path is shown.
    """
    from addressee.database.public_url import configured_url
    from addressee.operators.invitations import invitation_path

    async with opened(options) as there:
        url = configured_url() or ""
        token = await there.invitations.invite(email, name, await roles(there, role, environment_names))
    print(url + invitation_path(token))


@operators.command("list")
@as_json
@installation_options
@asynchronous
async def list_operators(options: InstallationOptions, json: bool) -> None:
    """List the operators, with their roles."""
    async with opened(options) as there:
        found = await there.accounts.list()
        names = {environment.id: environment.name for environment in await there.environments.usable()}
    for operator in found:
        named = {names[id]: role.value for id, role in sorted(operator.roles.items()) if id in names}
        if json:
            shown = {
                "email": operator.email,
                "name": operator.name,
                "roles": named,
                "one_time_passwords": operator.has_totp,
                "created_at": f"{operator.created_at:%Y-%m-%dT%H:%M:%SZ}",
                "disabled_at": f"{operator.disabled_at:%Y-%m-%dT%H:%M:%SZ}" if operator.disabled_at else None,
            }
            print(json_format.dumps(shown))
        else:
            state = "disabled" if operator.disabled_at else ", ".join(f"{name} {role}" for name, role in named.items())
            print(f"{operator.email:32}  {operator.name:24}  {state}")


@operators.command("set-password")
@email_argument
@password_option
@installation_options
@asynchronous
async def set_password(options: InstallationOptions, email: str, password_file: Path | None) -> None:
    """Set an operator's password, and end all sessions."""
    async with opened(options) as there:
        password = password_from(password_file)
        await there.accounts.set_password(email, password.text)
    print(f"{email} has a new password, and is signed out everywhere.{password.note}")


@operators.command("set-role")
@email_argument
@role_option
@environments_option
@installation_options
@asynchronous
async def set_role(options: InstallationOptions, email: str, role: str, environment_names: tuple[str, ...]) -> None:
    """Give an operator a role, in place of the one before."""
    async with opened(options) as there:
        await there.accounts.set_roles(email, await roles(there, role, environment_names))
    print(f"{email} is {role} of {', '.join(environment_names) or 'all environments'}.")


@operators.command()
@email_argument
@installation_options
@asynchronous
async def disable(options: InstallationOptions, email: str) -> None:
    """Keep an operator from signing in, and end all sessions."""
    async with opened(options) as there:
        await there.accounts.disable(email)
    print(f"{email} may not sign in any more, and is signed out everywhere.")


@operators.command()
@email_argument
@installation_options
@asynchronous
async def enable(options: InstallationOptions, email: str) -> None:
    """Let an operator sign in again."""
    async with opened(options) as there:
        await there.accounts.enable(email)
    print(f"{email} may sign in again.")


@operators.command("drop-one-time-passwords")
@email_argument
@installation_options
@asynchronous
async def drop_one_time_passwords(options: InstallationOptions, email: str) -> None:
    """Let an operator who lost the device sign in by password alone."""
    async with opened(options) as there:
        await there.accounts.drop_one_time_passwords(email)
    print(f"{email} signs in by password alone.")


class Password(NamedTuple):
    """A password, and what is printed of it: only one that was made here is shown."""

    text: str
    note: str = ""


def password_from(file: Path | None) -> Password:
    """Raises ValueError when the file cannot be read."""
    from addressee.cli.commands.keys import read_secret
    from addressee.operators.credentials.passwords import new_password

    if file is not None:
        return Password(read_secret(file))
    made = new_password()
    return Password(made, f" The password is {made}")


async def roles(there: OpenAccounts, role: str, names: tuple[str, ...]) -> Mapping[int, Role]:
    """Returns a role for each environment. Raises LookupError for a name that there is not."""
    from addressee.operators.model import Role

    if names:
        ids = [(await there.environments.named(name)).id for name in names]
    else:
        ids = [environment.id for environment in await there.environments.all()]
    return dict.fromkeys(ids, Role(role))
