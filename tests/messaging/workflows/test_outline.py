"""Programs are outlined as the nested steps that their files have: so is every workflow of the corpus and the docs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from addressee.messaging.definitions.reading import read
from addressee.messaging.steps.flow.entry import ENTRY
from addressee.messaging.workflows.outline import Node, outline
from tests.support.workflow_files import WORKFLOW_FILES, definition_in


def outlined(nodes: Sequence[Node]) -> list[Any]:
    """Returns the refs of nodes, each with those of its branches if it has some."""
    return [
        [node.ref, *(outlined(branch.nodes) for branch in node.branches)] if node.branches else node.ref
        for node in nodes
        if node.ref != ENTRY
    ]


def written(steps: Sequence[dict[str, Any]]) -> list[Any]:
    found: list[Any] = []
    for step in steps:
        branches = step.get("branches") or step.get("cohort_branches") or []
        if isinstance(branches, dict):
            inner = [written(branches.get(name, [])) for name in ("matched", "timeout")]
        else:
            inner = [written(branch.get("steps", [])) for branch in branches]
        found.append([step["ref"], *inner] if inner else step["ref"])
    return found


@pytest.mark.parametrize("file", WORKFLOW_FILES, ids=str)
def test_an_outline_nests_steps_as_the_file_does(file: str) -> None:
    defined = definition_in(file)
    source = read(defined.file, defined.folder)
    assert outlined(outline(defined.workflow.steps)) == written(source.value["steps"])
