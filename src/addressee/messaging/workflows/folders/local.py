"""The things that a folder defines, and where their files are. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Source
from addressee.messaging.workflows.commits.documents import without_ignored
from addressee.messaging.workflows.commits.model import ResourceKind
from addressee.messaging.workflows.configuration_sources import TEMPLATE_KINDS, ConfigurationSources
from addressee.messaging.workflows.files.channel_groups import group_path
from addressee.messaging.workflows.folders.differences import Things

# Fields below which steps stand that have files of their own.
BRANCHES = "branches"


def named_sources(sources: ConfigurationSources) -> dict[str, Source]:
    """Returns the sources of a folder by the names of what they define, as deployments have them."""
    found: dict[str, Source] = {}
    for name, source in names(sources):
        found.setdefault(name, source)
    return found


def names(sources: ConfigurationSources) -> Iterator[tuple[str, Source]]:
    yield from ((f"channel {source.key}", source) for source in sources.channels)
    yield from ((whole_name(group_path(source.key)), source) for source in sources.channel_groups)
    yield from ((f"{ResourceKind.AUDIENCE} {source.key}", source) for source in sources.audiences)
    for template, kind in TEMPLATE_KINDS.items():
        yield from ((f"{kind} {source.key}", source) for source in sources.templates.get(template, ()))
    yield from ((f"{ResourceKind.TRANSLATION} {source.key}", source) for source in sources.translations)
    yield from ((f"{ResourceKind.WORKFLOW} {source.key}", source) for source in sources.workflows)
    yield from ((whole_name(file), source) for file, source in sources.whole.items())


def whole_name(file: str) -> str:
    """Returns what a file is called that says the whole of something: `public variables`, `channel group chat`."""
    folder, _, key = file.removesuffix(".yaml").rpartition("/")
    return f"channel group {key}" if folder else key.replace("_", " ")


def things_in(sources: Mapping[str, Source]) -> Things:
    return {name: source.texts or {} for name, source in sources.items()}


def is_document(source: Source, document: str) -> bool:
    """Returns whether a source says what a document in JSON says."""
    return not source.problems and without_ignored(source.value) == json.loads(document)


def links_in(source: Source) -> dict[FieldPath, str]:
    """Returns the files in which the fields of a definition stand, by paths within its folder.

    Fields are named by their paths, in a workflow by the ref of the innermost step and the path in it.
    """
    folder = PurePosixPath(source.file).parent
    links = {}
    for path, origin in source.origins.items():
        file = origin.text_file or file_of_list(source, path)
        if file is not None and PurePosixPath(file).is_relative_to(folder):
            links[within_step(source.value, path)] = PurePosixPath(file).relative_to(folder).as_posix()
    return links


def file_of_list(source: Source, path: FieldPath) -> str | None:
    """Returns the file of a field whose parts stand in another one than the field does, None if they do not."""
    first = source.origins.get((*path, 0))
    return first.file if first is not None and first.file != source.origins[path].file else None


def within_step(value: Any, path: FieldPath) -> FieldPath:
    """Returns a path that begins with the ref of the innermost step, where it leads into one."""
    found: FieldPath = path
    for index, part in enumerate(path):
        value = value[part] if is_within(value, part) else None
        if is_position_of_step(path, index) and isinstance(value, dict) and isinstance(value.get("ref"), str):
            found = (value["ref"], *path[index + 1 :])
    return found


def is_position_of_step(path: FieldPath, index: int) -> bool:
    """Returns whether a part of a path is the position of a step: of the workflow, or of a branch."""
    if index == 0 or path[index - 1] != "steps":
        return False
    return index == 1 or (index >= 3 and path[index - 3] == BRANCHES)


def is_within(value: Any, part: str | int) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)
