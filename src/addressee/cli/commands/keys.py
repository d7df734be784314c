"""The commands `keys`. A running server follows changes within a second."""

import json as json_format
import sys
from pathlib import Path
from typing import Literal

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import read_file, refusals
from addressee.cli.options import InstallationOptions, as_json, installation_options

STANDARD_INPUT = Path("-")

# What is shown as the environment of a key that opens all of them.
ALL = "all"


@click.group()
def keys() -> None:
    """Create, list and revoke API keys, and create those of web push."""


@keys.command()
@click.option("--environment", help="The environment's name. A service key without one opens all of them.")
@click.option(
    "--kind",
    type=click.Choice(["secret", "public", "workspace", "api", "service"]),
    required=True,
    help="secret: for servers. public: for browsers and apps. workspace: for SuprSend clients that sign with a secret. "
    "api: for SuprSend clients that send an API key. service: for the `knock` command and the management API.",
)
@click.option("--value", help="Use this as the key, instead of a random one.")
@click.option("--name", default="", help="What it is for; `keys list --json` and the dashboard show it.")
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path),
    help="Where the secret of a workspace key stands that clients sign with already; - for standard input.",
)
@as_json
@installation_options
@asynchronous
async def create(
    options: InstallationOptions,
    environment: str | None,
    kind: Literal["secret", "public", "workspace", "api", "service"],
    value: str | None,
    name: str,
    secret_file: Path | None,
    json: bool,
) -> None:
    """Create a key. It is shown this once."""
    from addressee.directory.access.keys import Keys

    async with options.open() as (pool, sealer):
        with refusals():
            secret = None if secret_file is None else read_secret(secret_file)
            created = await Keys(pool, sealer).create(environment, kind, value, secret, name)
    shown = {"kind": created.kind, "environment": created.environment or ALL, "key": created.key}
    if created.secret is not None:
        shown["secret"] = created.secret
    if created.workspace is not None:
        shown["workspace"] = str(created.workspace)
    if json:
        print(json_format.dumps(shown))
    else:
        for label, text in shown.items():
            print(f"{label:12} {text}")


def read_secret(file: Path) -> str:
    """Raises CommandError when the file cannot be read."""
    return (sys.stdin.read() if file == STANDARD_INPUT else read_file(file)).strip()


@keys.command("create-vapid")
@as_json
def create_vapid(json: bool) -> None:
    """Create a pair of keys for the settings of a web push channel. Nothing is stored.

    Browsers subscribe with the public key; those who did cannot be reached with another pair.
    """
    from addressee.channels.push.vapid import new_keys

    made = new_keys()
    shown = {"public_key": made.public_key, "private_key": made.private_key}
    if json:
        print(json_format.dumps(shown))
    else:
        for name, text in shown.items():
            print(f"{name:12} {text}")


@keys.command("list")
@as_json
@installation_options
@asynchronous
async def list_keys(options: InstallationOptions, json: bool) -> None:
    """List the keys, of which only the last characters are known."""
    from addressee.directory.access.keys import Keys

    async with options.open() as (pool, sealer):
        found = await Keys(pool, sealer).list()
    rows = [
        {
            "id": str(key.id),
            "kind": key.kind,
            "environment": key.environment or ALL,
            "name": key.name,
            "ends_in": key.hint,
            "created_at": f"{key.created_at:%Y-%m-%dT%H:%M:%SZ}",
            "revoked_at": f"{key.revoked_at:%Y-%m-%dT%H:%M:%SZ}" if key.revoked_at else None,
            "used_at": f"{key.used_at:%Y-%m-%dT%H:%M:%SZ}" if key.used_at else None,
        }
        for key in found
    ]
    if json:
        for row in rows:
            print(json_format.dumps(row))
    else:
        print_line("id", "kind", "environment", "end", "since")
        for key in found:
            since = "revoked" if key.revoked_at else f"{key.created_at:%Y-%m-%d}"
            print_line(str(key.id), key.kind, key.environment or ALL, key.hint, since)


def print_line(id: str, kind: str, environment: str, end: str, since: str) -> None:
    print(f"{id:36}  {kind:9}  {environment:11}  {end:4}  {since}")


@keys.command()
@click.argument("id_or_key")
@installation_options
@asynchronous
async def revoke(options: InstallationOptions, id_or_key: str) -> None:
    """Revoke a key: within a second it opens nothing any more.

    ID_OR_KEY is its id as listed, or the key itself.
    """
    from addressee.directory.access.keys import Keys

    async with options.open() as (pool, sealer):
        with refusals():
            revoked = await Keys(pool, sealer).revoke(id_or_key)
    print(f"Revoked the {revoked.kind} key {revoked.id} of {revoked.environment or 'all environments'}.")
