"""Reads the file of a workflow, with its steps, in the names of Knock's files and in short ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

from addressee.messaging.content.templating.known_texts import NO_KNOWN_TEXTS, KnownTexts
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, SharedTemplates
from addressee.messaging.definitions.model import Definition, Name
from addressee.messaging.definitions.nulls import PARTS_OF_WORKFLOW, without_nulls
from addressee.messaging.definitions.sources import Source
from addressee.messaging.definitions.times import read_windows
from addressee.messaging.environment.channel_groups import ChannelGroup
from addressee.messaging.steps.compiler import MAX_STEPS, Compiler, ConditionsForm, UsableChannel
from addressee.messaging.steps.flow.entry import RateLimit, TriggerFrequency, compile_entry
from addressee.messaging.steps.kinds import FORMS, AnyStep, form_of
from addressee.messaging.workflows.commits.documents import without_ignored
from addressee.messaging.workflows.commits.model import ResourceKey, ResourceKind
from addressee.messaging.workflows.model import Workflow, WorkflowName, WorkflowPriority
from addressee.messaging.workflows.schemas import check_schema
from addressee.timing.window_forms import WindowsForm

Description = Annotated[str, msgspec.Meta(max_length=280)]


class SettingsFile(Definition, frozen=True):
    is_commercial: bool = False
    override_preferences: bool = False


class WorkflowFile(Definition, frozen=True):
    """The form of a workflow's file. `critical` and `commercial` are short for its `settings`."""

    steps: list[dict[str, Any]]
    key: str | None = None
    name: WorkflowName | None = None
    description: Description | None = None
    categories: list[Name] = msgspec.field(default_factory=list)
    tags: list[Name] = msgspec.field(default_factory=list)
    active: bool | None = None
    settings: SettingsFile = SettingsFile()
    critical: bool = False
    commercial: bool = False
    override_preferences: bool = False
    in_preferences: bool = False
    trigger_data_json_schema: dict[str, Any] | None = None
    trigger_data_schema: dict[str, Any] | None = None
    events: list[Name] = msgspec.field(default_factory=list)
    conditions: ConditionsForm = None
    if_: ConditionsForm = msgspec.field(default=None, name="if")
    trigger_frequency: TriggerFrequency = TriggerFrequency.EVERY_TRIGGER
    ratelimit: RateLimit | None = None
    priority: WorkflowPriority = WorkflowPriority.NORMAL
    send_windows: WindowsForm | None = None
    list_unsubscribe: bool = True


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """A workflow as its file defines it. `events` are the names of the events that start it.

    One whose file does not say whether it is `active` stays as it is, and is active if it is new.
    """

    key: str
    active: bool | None
    workflow: Workflow
    source: Source = field(repr=False)
    events: tuple[str, ...] = ()

    @property
    def resource(self) -> ResourceKey:
        return ResourceKey(ResourceKind.WORKFLOW, self.key)


def read_workflow(
    source: Source,
    channels: Mapping[str, UsableChannel],
    secrets: frozenset[str] = frozenset(),
    shared: SharedTemplates = NO_SHARED_TEMPLATES,
    channel_groups: Mapping[str, ChannelGroup] | None = None,
    dynamic_audiences: Collection[str] = (),
    texts: KnownTexts = NO_KNOWN_TEXTS,
) -> WorkflowDefinition | None:
    if not source.has_key:
        return None
    value = without_ignored(source.value)
    if isinstance(value, dict):
        value = without_nulls(value, PARTS_OF_WORKFLOW)
    fits = source.fits((), value, WorkflowFile)
    compiler = Compiler(
        source,
        channels,
        form_of,
        FORMS,
        secrets,
        shared=shared,
        channel_groups=channel_groups or {},
        dynamic_audiences=dynamic_audiences,
        texts=texts,
    )
    if fits:
        file = msgspec.convert(value, WorkflowFile)
        if file.send_windows is not None:
            compiler.windows = read_windows(source, ("send_windows",), file.send_windows)
        compile_entry(compiler, compiler.conditions_of((), value), file.trigger_frequency, file.ratelimit)
    steps = value.get("steps") if isinstance(value, dict) else None
    compiler.compile(("steps",), steps if isinstance(steps, list) else ())
    if not fits:
        return None
    if file.key is not None and file.key != source.key:
        source.problem(("key",), f"the key is {source.key!r}, as the file or its folder is called; leave this out")
    if len(compiler.refs) > MAX_STEPS and not source.problems:
        source.problem(("steps",), f"a workflow has at most {MAX_STEPS} steps")
    if not file.steps:
        source.warning(("steps",), "a workflow without steps does nothing yet: it is left out")
    trigger_data_schema = schema_in(source, file)
    if source.problems or not compiler.program:
        return None
    workflow = Workflow(
        name=file.name or source.key,
        categories=tuple(file.categories),
        steps=tuple(step for step in compiler.program if isinstance(step, AnyStep)),
        trigger_data_schema=trigger_data_schema,
        commercial=file.commercial or file.settings.is_commercial,
        override_preferences=file.critical or file.override_preferences or file.settings.override_preferences,
        in_preferences=file.in_preferences,
        description=file.description,
        tags=tuple(file.tags),
        priority=file.priority,
        list_unsubscribe=file.list_unsubscribe,
        partials=tuple(sorted(compiler.partials)),
        namespaces=tuple(sorted(compiler.namespaces)),
    )
    return WorkflowDefinition(source.key, file.active, workflow, source, tuple(file.events))


def schema_in(source: Source, file: WorkflowFile) -> dict[str, Any] | None:
    """Returns the schema of the trigger's data, under either of its names."""
    names = ("trigger_data_json_schema", "trigger_data_schema")
    given = [name for name in names if getattr(file, name) is not None]
    for name in given[1:]:
        source.problem((name,), f"{given[0]!r} says the same; keep one of them")
    for name in given:
        try:
            check_schema(getattr(file, name))
        except ValueError as error:
            source.problem((name,), f"this is not a JSON schema: {error}")
    return getattr(file, given[0]) if given else None
