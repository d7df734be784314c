"""Finds the workflows of a folder: `workflows/<key>.yaml`, or `workflows/<key>/workflow.yaml` with files beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from addressee.messaging.definitions.joined_files import read_with_joined
from addressee.messaging.definitions.sources import Source

FOLDER = "workflows"
NAMES = ("workflow.yaml", "workflow.json")

# Fields whose files are parsed as JSON. Others are texts, which may become JSON when they are rendered.
STRUCTURED = frozenset({"visual_blocks", "trigger_data_json_schema", "trigger_data_schema", "conditions", "steps"})

NAMED_BY_FOLDER = "the folder's name must be a key: letters, digits, - and _"


def workflow_sources(folder: Path) -> list[Source]:
    """Reads the workflows of a folder. A key that two files define is a problem of the second one."""
    sources: dict[str, Source] = {}
    repeated = []
    for source in [*flat(folder), *foldered(folder)]:
        if source.key in sources:
            other = sources[source.key].file
            source.problem((), f"the workflow {source.key!r} stands in {other} too; keep one of them")
            repeated.append(source)
        sources.setdefault(source.key, source)
    return [*sources.values(), *repeated]


def flat(folder: Path) -> Iterator[Source]:
    for file in sorted(folder.glob(f"{FOLDER}/*.yaml")):
        source = Source(file.relative_to(folder).as_posix(), file.stem)
        yield read_with_joined(source, file, folder, file.parent, STRUCTURED)


def foldered(folder: Path) -> Iterator[Source]:
    for file in sorted(file for name in NAMES for file in folder.glob(f"{FOLDER}/*/{name}")):
        source = Source(file.relative_to(folder).as_posix(), file.parent.name, NAMED_BY_FOLDER)
        yield read_with_joined(source, file, folder, file.parent, STRUCTURED)
