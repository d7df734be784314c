"""Reads `workflows/<key>.yaml`: a workflow with its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from addressee.messaging.definitions.model import Definition, Name
from addressee.messaging.definitions.sources import Source
from addressee.messaging.steps.compiler import Compiler, UsableChannel
from addressee.messaging.steps.kinds import AnyStep, form_of
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
    if not source.has_key:
        return None
    fits = source.fits((), source.value, WorkflowFile)
    compiler = Compiler(source, channels, form_of)
    steps = source.value.get("steps") if isinstance(source.value, dict) else None
    compiler.compile(("steps",), steps if isinstance(steps, list) else ())
    if not fits:
        return None
    file = msgspec.convert(source.value, WorkflowFile)
    if not 1 <= len(compiler.refs) <= MAX_STEPS and not source.problems:
        source.problem(("steps",), f"a workflow has 1 to {MAX_STEPS} steps")
    if file.trigger_data_schema is not None:
        try:
            check_schema(file.trigger_data_schema)
        except ValueError as error:
            source.problem(("trigger_data_schema",), f"this is not a JSON schema: {error}")
    if source.problems or not compiler.program:
        return None
    workflow = Workflow(
        name=file.name or source.key,
        categories=tuple(file.categories),
        steps=tuple(step for step in compiler.program if isinstance(step, AnyStep)),
        trigger_data_schema=file.trigger_data_schema,
        commercial=file.commercial,
        override_preferences=file.override_preferences,
        in_preferences=file.in_preferences,
    )
    return WorkflowDefinition(source.key, file.active, workflow, tuple(file.events))
