"""API keys. Works while the server runs, which takes up changes within a second, and while it does not."""

import json as json_format
import sys
from pathlib import Path
from typing import Literal

from cyclopts import App

from addressee.cli.errors import refusals
from addressee.cli.options import HERE, Place

app = App(name="keys")

STANDARD_INPUT = Path("-")


@app.command
async def create(
    *,
    environment: str,
    kind: Literal["secret", "public", "workspace", "api"],
    value: str | None = None,
    secret_file: Path | None = None,
    json: bool = False,
    place: Place = HERE,
) -> None:
    """Create a key. It is shown this once.

    Parameters
    ----------
    environment
        The environment that it opens.
    kind
        secret: for servers. public: for browsers and apps. workspace: for SuprSend clients that sign with a secret.
        api: for SuprSend clients that send an API key.
    value
        Use this as the key, instead of a random one.
    secret_file
        Where the secret of a workspace key stands that clients sign with already; - for standard input.
    json
        Print one JSON object.
    """
    from addressee.directory.keys import Keys

    async with place.open() as (pool, sealer):
        with refusals():
            secret = None if secret_file is None else read_secret(secret_file)
            created = await Keys(pool, sealer).create(environment, kind, value, secret)
    shown = {"kind": created.kind, "environment": created.environment, "key": created.key}
    if created.secret is not None:
        shown["secret"] = created.secret
    if created.workspace is not None:
        shown["workspace"] = str(created.workspace)
    if json:
        print(json_format.dumps(shown))
    else:
        for name, text in shown.items():
            print(f"{name:12} {text}")


def read_secret(file: Path) -> str:
    """Raises ValueError when the file cannot be read."""
    try:
        return (sys.stdin.read() if file == STANDARD_INPUT else file.read_text()).strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{file} cannot be read as text.") from None


@app.command(name="list")
async def list_keys(*, json: bool = False, place: Place = HERE) -> None:
    """List the keys, of which only the last characters are known.

    Parameters
    ----------
    json
        Print one JSON object a line.
    """
    from rich.console import Console
    from rich.table import Column, Table

    from addressee.directory.keys import Keys

    async with place.open() as (pool, sealer):
        keys = await Keys(pool, sealer).list()
    rows = [
        {
            "id": str(key.id),
            "kind": key.kind,
            "environment": key.environment,
            "ends_in": key.hint,
            "created_at": f"{key.created_at:%Y-%m-%dT%H:%M:%SZ}",
            "revoked_at": f"{key.revoked_at:%Y-%m-%dT%H:%M:%SZ}" if key.revoked_at else None,
        }
        for key in keys
    ]
    if json:
        for row in rows:
            print(json_format.dumps(row))
    else:
        columns = (Column("id", min_width=36), "kind", "environment", "end", "since")
        table = Table(*columns, box=None, padding=(0, 2, 0, 0))
        for key in keys:
            since = "revoked" if key.revoked_at else f"{key.created_at:%Y-%m-%d}"
            table.add_row(str(key.id), key.kind, key.environment, key.hint, since)
        Console().print(table)


@app.command
async def revoke(id_or_key: str, /, *, place: Place = HERE) -> None:
    """Revoke a key: within a second it opens nothing any more.

    Parameters
    ----------
    id_or_key
        Its id as listed, or the key itself.
    """
    from addressee.directory.keys import Keys

    async with place.open() as (pool, sealer):
        with refusals():
            revoked = await Keys(pool, sealer).revoke(id_or_key)
    print(f"Revoked the {revoked.kind} key {revoked.id} of {revoked.environment}.")
