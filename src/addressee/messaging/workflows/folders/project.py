"""The folder with the definitions: the one that `knock.json` names, as Knock's command line has it, or the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from addressee.messaging.definitions.reading import read
from addressee.messaging.definitions.sources import Source
from addressee.messaging.workflows.configuration import ConfigurationError

PROJECT = "knock.json"
KNOCK_DIR = "knockDir"


def definitions_folder(folder: Path) -> Path:
    """Returns the folder with the definitions of a project. Raises ConfigurationError for a bad `knock.json`."""
    if not (folder / PROJECT).is_file():
        return folder
    source = read(folder / PROJECT, folder)
    named = named_in(source)
    if source.problems or named is None:
        raise ConfigurationError(source.problems)
    found = folder / named
    if not found.resolve().is_relative_to(folder.resolve()):
        source.problem((KNOCK_DIR,), f"{named!r} is outside of the folder")
    elif found.exists() and not found.is_dir():
        source.problem((KNOCK_DIR,), f"{named!r} is no folder")
    if source.problems:
        raise ConfigurationError(source.problems)
    return found


def named_in(source: Source) -> str | None:
    value: Any = source.value
    named = value.get(KNOCK_DIR) if isinstance(value, dict) else None
    if isinstance(named, str) and named:
        return named
    if not source.problems:
        source.problem((KNOCK_DIR,), f'{KNOCK_DIR!r} must be the folder with the definitions, like "knock"')
    return None
