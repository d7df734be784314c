"""A folder of channels, workflows, variables, categories and preferences, read and checked as a whole.

channels/<key>.yaml    variables.yaml           categories.yaml
workflows/<key>.yaml   public_variables.yaml    preferences.yaml
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from addressee.channels.links import schemes_of
from addressee.channels.providers import PROVIDERS, ChannelType
from addressee.conditions.validation import misspelt_variables
from addressee.directory.errors import RefusedError
from addressee.directory.kinds import GROUPS
from addressee.messaging.definitions.model import Definition, Name
from addressee.messaging.definitions.sources import Mistake, Source, Trail, read
from addressee.messaging.steps.kinds import AnyStep, file_form
from addressee.messaging.steps.model import UsableChannel
from addressee.messaging.workflows.model import MAX_STEPS, Workflow
from addressee.messaging.workflows.schemas import check_schema
from addressee.messaging.workflows.variable_files import read_variable_file, refuse_two_homes, warn_of_secrets
from addressee.preferences.categories import Category, Section
from addressee.preferences.sets import NAMES, check_set

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
INDEX = re.compile(r"\[(\d+)\]")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

WHOLE_FILES = ("variables.yaml", "public_variables.yaml", "categories.yaml", "preferences.yaml")

# The provider that need not be named.
FEED = "feed"


class MistakesError(Exception):
    """A configuration that cannot be used; nothing was changed. `mistakes` are all that were found."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class ChannelFile(Definition, frozen=True):
    """`id` keeps the id that a channel had elsewhere: browser clients name a feed by it."""

    type: ChannelType
    name: Name | None = None
    provider: str | None = None
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    id: str | None = None


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


class CategoriesFile(Definition, frozen=True):
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class ChannelDefinition:
    """`secrets` are those settings that are sealed. `id` is None unless the file gives one."""

    key: str
    id: UUID | None
    name: str
    type: ChannelType
    provider: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, Any] = field(repr=False)
    source: Source = field(repr=False)


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """`events` are the names of those that start it."""

    key: str
    active: bool
    workflow: Workflow
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """`preferences` are those of recipients who say nothing, `sections` hold the categories that recipients choose
    among. What no file of the folder defines is None. `warnings` hinder nothing.
    """

    channels: list[ChannelDefinition]
    workflows: list[WorkflowDefinition]
    variables: dict[str, Any] | None = None
    public_variables: dict[str, Any] | None = None
    preferences: dict[str, Any] | None = None
    sections: tuple[Section, ...] | None = None
    warnings: Sequence[Mistake] = ()


def read_configuration(
    folder: Path, environment: Mapping[str, str], stored_providers: Mapping[str, str] | None = None
) -> Configuration:
    """`environment` holds the values of `${NAME}` in settings. Steps may use the folder's channels and those of
    `stored_providers`, which names the provider of each. Raises MistakesError, which names every mistake.
    """
    mistakes = unknown_files(folder)
    channel_files = [read(path, folder) for path in sorted(folder.glob("channels/*.yaml"))]
    workflow_files = [read(path, folder) for path in sorted(folder.glob("workflows/*.yaml"))]
    variable_files = [read(path, folder) for path in folder.glob("variables.yaml")]
    public_variable_files = [read(path, folder) for path in folder.glob("public_variables.yaml")]
    category_files = [read(path, folder) for path in folder.glob("categories.yaml")]
    preference_files = [read(path, folder) for path in folder.glob("preferences.yaml")]

    channels = [channel for source in channel_files if (channel := read_channel(source, environment))]
    schemes = {channel.key: schemes_of(channel.settings) for channel in channels}
    usable = {
        **{key: UsableChannel(provider) for key, provider in (stored_providers or {}).items()},
        **{key_of(source): UsableChannel(provider_of(source), schemes.get(key_of(source))) for source in channel_files},
    }
    workflows = [workflow for source in workflow_files if (workflow := read_workflow(source, usable))]
    variables = next((read_variable_file(source) for source in variable_files), None)
    public_variables = next((read_variable_file(source) for source in public_variable_files), None)
    for source in public_variable_files:
        refuse_two_homes(source, public_variables or {}, variables or {})
    sections = next((read_categories(source) for source in category_files), None)
    preferences = next((read_preferences(source) for source in preference_files), None)

    for source in (
        *channel_files,
        *workflow_files,
        *variable_files,
        *public_variable_files,
        *category_files,
        *preference_files,
    ):
        mistakes += source.mistakes
    if mistakes:
        raise MistakesError(sorted(set(mistakes)))
    warnings = [warning for source in variable_files for warning in warn_of_secrets(source, public=False)]
    warnings += [warning for source in public_variable_files for warning in warn_of_secrets(source, public=True)]
    return Configuration(channels, workflows, variables, public_variables, preferences, sections, warnings)


def unknown_files(folder: Path) -> list[Mistake]:
    """A file that would not be read is most likely misspelt."""
    found = [path.relative_to(folder) for path in folder.rglob("*.y*ml")]
    wrong = [
        path
        for path in found
        if path.as_posix() not in WHOLE_FILES
        and not (len(path.parts) == 2 and path.parts[0] in {"channels", "workflows"} and path.suffix == ".yaml")
    ]
    where = f"this is not channels/<key>.yaml, workflows/<key>.yaml, {', '.join(WHOLE_FILES[:-1])} or {WHOLE_FILES[-1]}"
    mistakes = [Mistake(path.as_posix(), 1, where) for path in wrong]
    if not found:
        mistakes.append(Mistake(str(folder), 1, "there is nothing to push: no channels/*.yaml, no workflows/*.yaml"))
    return mistakes


def read_channel(source: Source, environment: Mapping[str, str]) -> ChannelDefinition | None:
    if not check_key(source) or not source.fits((), source.value, ChannelFile):
        return None
    file = msgspec.convert(source.value, ChannelFile)
    provider = PROVIDERS.get(provider_name(file))
    if provider is None or provider.channel_type is not file.type:
        names = " or ".join(name for name, known in PROVIDERS.items() if known.channel_type is file.type)
        source.mistake(("provider",), f"the provider of a channel of type {file.type} is {names}")
        return None
    if not source.fits(("settings",), file.settings, provider.settings):
        return None
    settings = {name: filled(source, ("settings", name), value, environment) for name, value in file.settings.items()}
    for name, mistake in provider.problems(settings) if not source.mistakes else ():
        source.mistake(("settings", name), mistake)
    return ChannelDefinition(
        key=key_of(source),
        id=channel_id(source, file),
        name=file.name or key_of(source),
        type=file.type,
        provider=provider_name(file),
        settings={name: value for name, value in settings.items() if name not in provider.secrets},
        secrets={name: value for name, value in settings.items() if name in provider.secrets},
        source=source,
    )


def read_workflow(source: Source, channels: Mapping[str, UsableChannel]) -> WorkflowDefinition | None:
    if not check_key(source) or not fits_workflow(source):
        return None
    file = msgspec.convert(source.value, WorkflowFile)
    if not 1 <= len(file.steps) <= MAX_STEPS:
        source.mistake(("steps",), f"a workflow has 1 to {MAX_STEPS} steps")
    step_files = [msgspec.convert(step, file_form(step)) for step in file.steps]
    check_refs(source, [step.ref for step in step_files])
    read = [step.read(source, ("steps", index), channels) for index, step in enumerate(step_files)]
    steps = tuple(step for step in read if isinstance(step, AnyStep))
    if file.trigger_data_schema is not None:
        try:
            check_schema(file.trigger_data_schema)
        except ValueError as error:
            source.mistake(("trigger_data_schema",), f"this is not a JSON schema: {error}")
    if source.mistakes or len(steps) < len(file.steps):
        return None
    workflow = Workflow(
        name=file.name or key_of(source),
        categories=tuple(file.categories),
        steps=steps,
        trigger_data_schema=file.trigger_data_schema,
        commercial=file.commercial,
        override_preferences=file.override_preferences,
        in_preferences=file.in_preferences,
    )
    return WorkflowDefinition(key_of(source), file.active, workflow, tuple(file.events))


def fits_workflow(source: Source) -> bool:
    """Looks at each step, whatever is wrong beside it."""
    fitting = [source.fits((), source.value, WorkflowFile)]
    steps = source.value.get("steps") if isinstance(source.value, dict) else None
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, dict):
            fitting.append(source.fits(("steps", index), step, file_form(step)))
    return all(fitting)


def check_refs(source: Source, refs: list[str]) -> None:
    for index, ref in enumerate(refs):
        if ref in refs[:index]:
            source.mistake(("steps", index, "ref"), f"another step is called {ref!r}")


def read_categories(source: Source) -> tuple[Section, ...]:
    """Sections of categories (see `addressee.preferences.categories`), with groups of kinds spelled out."""
    if source.value is None or source.mistakes or not source.fits((), source.value, CategoriesFile):
        return ()
    sections = msgspec.convert(source.value, CategoriesFile).sections
    keys: set[str] = set()
    for index, section in enumerate(sections):
        for position, category in enumerate(section.categories):
            check_category(source, ("sections", index, "categories", position), category, keys)
    return tuple(map(with_single_kinds, sections))


def check_category(source: Source, trail: Trail, category: Category, keys: set[str]) -> None:
    """`keys` are those of the categories before, to which this one's is added."""
    if not KEY.fullmatch(category.key):
        source.mistake((*trail, "key"), "a key is made of letters, digits, - and _")
    if category.key in keys:
        source.mistake((*trail, "key"), f"another category has the key {category.key!r}")
    keys.add(category.key)
    lists = {"mandatory": category.mandatory, "opt_in": category.opt_in or ()}
    for name, kinds in lists.items():
        for index, kind in enumerate(kinds):
            if kind not in NAMES:
                source.mistake((*trail, name, index), f"there is no kind {kind!r}; there are {', '.join(NAMES)}")
        if kinds and category.default == "opt_out":
            source.mistake((*trail, name), "this means nothing where the default is opt_out: then no kind is wanted")
    if category.opt_in == ():
        source.mistake((*trail, "opt_in"), "this names no kind; leave it out for all kinds, or say default: opt_out")


def with_single_kinds(section: Section) -> Section:
    categories = [
        msgspec.structs.replace(
            category,
            mandatory=single_kinds(category.mandatory),
            opt_in=None if category.opt_in is None else single_kinds(category.opt_in),
        )
        for category in section.categories
    ]
    return msgspec.structs.replace(section, categories=tuple(categories))


def single_kinds(names: Iterable[str]) -> tuple[str, ...]:
    """Kinds and groups of kinds as kinds, each once."""
    return tuple(dict.fromkeys(kind for name in names for kind in GROUPS.get(name, (name,))))


def read_preferences(source: Source) -> dict[str, Any]:
    """A preference set (see `addressee.preferences.sets`)."""
    if source.value is None or source.mistakes:
        return {}
    if not isinstance(source.value, dict):
        source.mistake((), "this must be a mapping: a preference set")
        return {}
    for part in parts_of(source.value):
        try:
            check_set(part)
        except RefusedError as refusal:
            source.mistake(trail_of(refusal.field, part), refusal.message)
    for trail, message in misspelt_variables(source.value):
        source.mistake(trail, message)
    return source.value


def parts_of(preferences: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each entry as a set of its own, so that a mistake in one hides none in another; then all together."""
    for name, part in preferences.items():
        for key, entry in part.items() if isinstance(part, dict) else ():
            yield {name: {key: entry}}
    yield preferences


def trail_of(field: str, value: Any) -> Trail:
    """Where a dotted path leads in a value; as far as it does."""
    if isinstance(value, dict):
        for name in sorted(filter(field.startswith, value), key=len, reverse=True):
            rest = field.removeprefix(name)
            if not rest or rest[0] in ".[":
                return (name, *trail_of(rest.removeprefix("."), value[name]))
    if isinstance(value, list) and (found := INDEX.match(field)):
        index = int(found[1])
        return (index, *trail_of(field[found.end() :].removeprefix("."), value[index]))
    return ()


def check_key(source: Source) -> bool:
    """Whether the file can be used at all."""
    if source.mistakes:
        return False
    if not KEY.fullmatch(key_of(source)):
        source.mistake((), "the file's name must be a key: letters, digits, - and _, then .yaml")
        return False
    return True


def channel_id(source: Source, file: ChannelFile) -> UUID | None:
    if file.id is None:
        return None
    try:
        return UUID(file.id)
    except ValueError:
        source.mistake(("id",), "this must be a UUID")
        return None


def filled(source: Source, trail: Trail, value: Any, environment: Mapping[str, str]) -> Any:
    """`${NAME}` replaced by what the process's environment holds under that name."""
    if not isinstance(value, str):
        return value
    for name in VARIABLE.findall(value):
        if name not in environment:
            source.mistake(trail, f"the environment variable {name} is not set")
    return VARIABLE.sub(lambda match: environment.get(match[1], ""), value)


def provider_name(file: ChannelFile) -> str:
    if file.provider is None and file.type is ChannelType.IN_APP_FEED:
        return FEED
    return file.provider or ""


def key_of(source: Source) -> str:
    return Path(source.file).stem


def provider_of(source: Source) -> str | None:
    if not isinstance(source.value, dict):
        return None
    named = source.value.get("provider")
    if named is None and source.value.get("type") == ChannelType.IN_APP_FEED:
        return FEED
    return named if isinstance(named, str) and named in PROVIDERS else None
