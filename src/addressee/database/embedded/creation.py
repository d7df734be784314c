"""Prepares the folder of the embedded PostgreSQL for a server. The caller holds its lock."""

import os
import secrets
import shutil
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from addressee.database.embedded.binaries import ENVIRONMENT, MAJOR_VERSION, programs_for
from addressee.database.embedded.cluster import DATABASE, USER, Cluster, OpenPath
from addressee.database.errors import SetupError
from addressee.database.secret_files import create_secret_file, sync_folder
from addressee.processes import Account, ProcessError, start

ACCESS_RULES = "local all all scram-sha-256\n"

# PostgreSQL's own locale, so that data sort alike on every machine.
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


async def prepare(cluster: Cluster, account: Account | None, lock: int, log: int) -> None:
    """Creates the database unless there is one, and removes what a dead server left behind.

    Raises SetupError when the data are of another major version, ProcessError when they cannot be created.
    """
    make_folder(cluster.socket, account)
    if cluster.data.exists():
        refuse_other_version(cluster)
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    else:
        await create(cluster, account, lock, log)


def refuse_other_version(cluster: Cluster) -> None:
    found = (cluster.data / "PG_VERSION").read_text().strip()
    if found != MAJOR_VERSION:
        raise SetupError(
            f"{cluster.data} was written by PostgreSQL {found}, this addressee brings {MAJOR_VERSION}. "
            "Dump it with the addressee that wrote it and restore the dump here, or go back to that version."
        )


async def create(cluster: Cluster, account: Account | None, lock: int, log: int) -> None:
    """Creates the data folder under another name, and renames it when it is complete."""
    unfinished = cluster.folder / "data.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    make_folder(unfinished, account)
    make_password(cluster.password, account)
    programs = programs_for(account)
    with closing(OpenPath(unfinished)) as data, closing(OpenPath(cluster.password)) as password:
        run = partial(
            run_program,
            cluster,
            account=account,
            open_files=(lock, data.descriptor, password.descriptor),
            log=log,
        )
        await run(
            [
                programs / "initdb",
                f"--pgdata={data.path}",
                f"--username={USER}",
                f"--pwfile={password.path}",
                "--auth=scram-sha-256",
                *LOCALE,
            ]
        )
        await run(
            [programs / "postgres", "--single", "-D", data.path, "--exit_on_error=on", "postgres"],
            typed=f"CREATE DATABASE {DATABASE};\n",
        )
    with (unfinished / "pg_hba.conf").open("w") as rules:
        rules.write(ACCESS_RULES)
        rules.flush()
        os.fsync(rules.fileno())
    unfinished.rename(cluster.data)
    sync_folder(cluster.folder)


async def run_program(
    cluster: Cluster,
    command: Sequence[str | Path],
    *,
    account: Account | None,
    open_files: Sequence[int],
    log: int,
    typed: str = "",
) -> None:
    process = await start(
        command,
        environment=ENVIRONMENT,
        account=account,
        open_files=open_files,
        output=log,
        input_file=PIPE,
    )
    await process.communicate(typed.encode())
    if process.returncode != 0:
        raise ProcessError(f"The database in {cluster.folder} could not be created: {cluster.log_tail()}")


def make_folder(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, *account)


def make_password(file: Path, account: Account | None) -> None:
    """Creates the superuser's password, which initdb reads as the account of the server."""
    if not file.exists():
        create_secret_file(file, secrets.token_urlsafe(32).encode())
    if account is not None:
        os.chown(file, *account)
