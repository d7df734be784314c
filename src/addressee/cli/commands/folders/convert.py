"""The command `convert`: makes a folder that `push` takes of other vendors' workflow files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from addressee.cli.errors import CommandError
from addressee.converting.inputs import Input, read_inputs
from addressee.converting.model import Conversion, UnusableError
from addressee.converting.notiflows.workflow import convert as convert_notiflows
from addressee.converting.novu.workflow import convert as convert_novu
from addressee.converting.suprsend.workflow import convert as convert_suprsend
from addressee.converting.writing import REPORT, files_of, in_the_way, write
from addressee.messaging.preview.model import EverySecret
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration

CONVERTERS: Mapping[str, Callable[[Sequence[Input]], Conversion]] = {
    "suprsend": convert_suprsend,
    "notiflows": convert_notiflows,
    "novu": convert_novu,
}

# The exit codes of a conversion that is not exact, and of files that cannot be converted.
BY_HAND = 1
UNUSABLE = 2


def run(vendor: str, paths: Sequence[Path], out: Path, *, force: bool) -> None:
    """Raises CommandError when files are in the way. Exits with 1 when something needs a hand, with 2 for bad input."""
    try:
        conversion = CONVERTERS[vendor](read_inputs(paths))
    except UnusableError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"addressee: {len(error.problems)} to correct; nothing was written.", file=sys.stderr)
        sys.exit(UNUSABLE)
    files = files_of(conversion)
    existing = in_the_way(files, out)
    if existing and not force:
        raise CommandError(
            f"{out / existing[0]} exists; give another folder, or --force to overwrite. Nothing was written."
        )
    write(files, out)
    notes = sorted(set(conversion.notes))
    for note in notes:
        print(note)
    problems = problems_of(out)
    for problem in problems:
        print(f"{out / problem}")
    print(f"Written to {out}: workflows: {len(conversion.workflows)}, channels: {len(conversion.channels)}.")
    if notes or problems:
        print(f"To do by hand: {len(notes) + len(problems)}; {out / REPORT} tells it too.")
        sys.exit(BY_HAND)


def problems_of(folder: Path) -> list[str]:
    """Returns what `push` would refuse."""
    try:
        read_configuration(folder, os.environ, Available(secrets=EverySecret()), settings_may_lack=True)
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []
