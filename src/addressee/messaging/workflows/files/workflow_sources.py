"""Finds the workflows of a folder: `workflows/<key>.yaml`, or `workflows/<key>/workflow.yaml` with files beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from addressee.messaging.definitions.folders import each_once, foldered
from addressee.messaging.definitions.joined_files import read_with_joined
from addressee.messaging.definitions.sources import Source

FOLDER = "workflows"
NAMES = ("workflow.yaml", "workflow.json")

# Fields whose files are parsed as JSON. Others are texts, which may become JSON when they are rendered.
STRUCTURED = frozenset({"visual_blocks", "trigger_data_json_schema", "trigger_data_schema", "conditions", "steps"})


def workflow_sources(folder: Path) -> list[Source]:
    """Reads the workflows of a folder. A key that two files define is a problem of the second one."""
    return each_once("workflow", [*flat(folder), *foldered(folder, FOLDER, NAMES, STRUCTURED)])


def flat(folder: Path) -> Iterator[Source]:
    for file in sorted(folder.glob(f"{FOLDER}/*.yaml")):
        source = Source(file.relative_to(folder).as_posix(), file.stem)
        yield read_with_joined(source, file, folder, file.parent, STRUCTURED)
