"""Reads `workflows/<key>.yaml`: a workflow with its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from addressee.messaging.definitions.model import Definition, Name
from addressee.messaging.definitions.sources import Source
from addressee.messaging.steps.kinds import AnyStep, file_form
from addressee.messaging.steps.model import UsableChannel
from addressee.messaging.workflows.model import MAX_STEPS, Workflow
from addressee.messaging.workflows.schemas import check_schema


class WorkflowFile(Definition, frozen=True):
    steps: list[dict[str, Any]]
    name: Name | None = None
    categories: list[Name] = msgspec.field(default_factory=list)
    active: bool = True
    commercial: bool = False
    override_preferences: bool = False
    in_preferences: bool = False
    trigger_data_schema: dict[str, Any] | None = None
    events: list[Name] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """A workflow as its file defines it. `events` are the names of the events that start it."""

    key: str
    active: bool
    workflow: Workflow
    events: tuple[str, ...] = ()


def read_workflow(source: Source, channels: Mapping[str, UsableChannel]) -> WorkflowDefinition | None:
    if not source.has_key or not fits_workflow(source):
        return None
    file = msgspec.convert(source.value, WorkflowFile)
    if not 1 <= len(file.steps) <= MAX_STEPS:
        source.problem(("steps",), f"a workflow has 1 to {MAX_STEPS} steps")
    step_files = [msgspec.convert(step, file_form(step)) for step in file.steps]
    check_refs(source, [step.ref for step in step_files])
    read = [step.read(source, ("steps", index), channels) for index, step in enumerate(step_files)]
    steps = tuple(step for step in read if isinstance(step, AnyStep))
    if file.trigger_data_schema is not None:
        try:
            check_schema(file.trigger_data_schema)
        except ValueError as error:
            source.problem(("trigger_data_schema",), f"this is not a JSON schema: {error}")
    if source.problems or len(steps) < len(file.steps):
        return None
    workflow = Workflow(
        name=file.name or source.key,
        categories=tuple(file.categories),
        steps=steps,
        trigger_data_schema=file.trigger_data_schema,
        commercial=file.commercial,
        override_preferences=file.override_preferences,
        in_preferences=file.in_preferences,
    )
    return WorkflowDefinition(source.key, file.active, workflow, tuple(file.events))


def fits_workflow(source: Source) -> bool:
    """Returns whether the workflow fits; its steps are checked even if other parts do not."""
    fitting = [source.fits((), source.value, WorkflowFile)]
    steps = source.value.get("steps") if isinstance(source.value, dict) else None
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, dict):
            fitting.append(source.fits(("steps", index), step, file_form(step)))
    return all(fitting)


def check_refs(source: Source, refs: list[str]) -> None:
    for index, ref in enumerate(refs):
        if ref in refs[:index]:
            source.problem(("steps", index, "ref"), f"another step is called {ref!r}")
