"""The commands `import`: people of files become users."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions, environment_name, installation_options

if TYPE_CHECKING:
    from addressee.directory.imports.rows import AnyRow
    from addressee.directory.writing.bulk import BulkOperation

FORMATS = {".csv": "csv", ".jsonl": "json", ".ndjson": "json"}

# The refused rows that are printed; the dashboard shows all.
SHOWN = 20


@click.group("import")
def imports() -> None:
    """Bring people from files."""


@imports.command()
@environment_name
@click.option("--format", "format_name", type=click.Choice(["csv", "json"]), help="Of a file without .csv or .jsonl.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@installation_options
@asynchronous
async def users(options: InstallationOptions, environment: str, format_name: str | None, file: Path) -> None:
    """Identify the users of a file: CSV with a line of names, or a JSON object a line.

    A row has an id, attributes like email, and properties. Rows that are refused are told of, and stop nothing.
    """
    from addressee.directory.directory import Directory
    from addressee.directory.imports.imports import Imports, TooManyRefusedError

    format = format_name or FORMATS.get(file.suffix.lower())
    if format is None:
        raise CommandError(f"{file.name}: say --format csv or --format json.")
    async with options.open() as (pool, _):
        directory = Directory(pool)
        with refusals():
            found = await directory.environments.named(environment)
        with opened(file, format) as rows:
            try:
                operation = await Imports(pool, directory.writer, directory.clock).run(found.id, rows, tell)
            except TooManyRefusedError as error:
                show_refused(error.operation)
                raise CommandError(f"{error} What was stored stays; mend the file, and import it again.") from None
    show_refused(operation)
    refused = len(operation.failures)
    print(f"{operation.total - refused:,} users identified, {refused:,} rows refused.")
    if refused:
        raise SystemExit(1)


def tell(operation: BulkOperation) -> None:
    click.echo(f"{operation.total:,} rows, {len(operation.failures):,} refused", err=True)


def show_refused(operation: BulkOperation) -> None:
    for failure in operation.failures[:SHOWN]:
        print(": ".join(filter(None, (failure.id, failure.message))))
    if len(operation.failures) > SHOWN:
        print(f"… and {len(operation.failures) - SHOWN:,} more, which the dashboard shows.")


@contextmanager
def opened(file: Path, format: str) -> Iterator[Iterator[AnyRow]]:
    """Opens the rows of a file. Raises CommandError, also for what cannot be read of it later."""
    from addressee.directory.imports.rows import UnusableFileError, csv_rows, json_rows

    try:
        with file.open(encoding="utf-8-sig", newline="" if format == "csv" else None) as lines:
            yield csv_rows(lines) if format == "csv" else json_rows(lines)
    except UnusableFileError as error:
        raise CommandError(f"{file.name}: {error}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file.name} is not in UTF-8; save it so, and import it again.") from None
