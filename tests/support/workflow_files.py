"""Every workflow of the corpus, the documentation and the example, as its folder defines it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from addressee.messaging.preview.model import EverySecret
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.model import Workflow

ROOT = Path(__file__).parents[2]

FOLDERS = sorted(
    [
        *ROOT.glob("tests/corpus/*/push"),
        *ROOT.glob("docs/**/push"),
        ROOT / "src/addressee/messaging/workflows/example",
    ]
)


class DefinedWorkflow(NamedTuple):
    """A workflow with the file and the folder that define it."""

    folder: Path
    file: Path
    workflow: Workflow


@cache
def definition_in(file: str) -> DefinedWorkflow:
    path = ROOT / file
    (folder,) = (folder for folder in FOLDERS if path.is_relative_to(folder))
    configuration = read_configuration(folder, {}, Available(secrets=EverySecret()), settings_may_lack=True)
    key = path.parent.name if path.stem == "workflow" else path.stem
    (workflow,) = (each.workflow for each in configuration.workflows if each.key == key)
    return DefinedWorkflow(folder, path, workflow)


WORKFLOW_FILES = [
    str(file.relative_to(ROOT))
    for folder in FOLDERS
    for file in sorted([*folder.glob("workflows/*.yaml"), *folder.glob("workflows/*/workflow.*")])
]
