"""A folder of channels, workflows, variables, categories and preferences, read and checked as a whole.

channels/<key>.yaml                      variables.yaml           categories.yaml
workflows/<key>.yaml                     public_variables.yaml    preferences.yaml
workflows/<key>/workflow.yaml or .json, with files beside it
layouts/<key>.liquid                     partials/<key>.liquid
layouts/<key>/layout.json or .yaml       partials/<key>/partial.json or .yaml, with files beside it
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from addressee.channels.links import schemes_of
from addressee.messaging.content.templating.shared_templates import (
    NO_SHARED_TEMPLATES,
    Layout,
    Partial,
    SharedTemplates,
)
from addressee.messaging.definitions.reading import read
from addressee.messaging.definitions.sources import Problem, Source
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.workflows.category_files import read_categories
from addressee.messaging.workflows.channel_files import ChannelDefinition, provider_of, read_channel
from addressee.messaging.workflows.preference_files import read_preferences
from addressee.messaging.workflows.shared_templates.files import TemplateDefinition, check_templates, read_template
from addressee.messaging.workflows.shared_templates.sources import LAYOUTS, PARTIALS, FileKind, template_sources
from addressee.messaging.workflows.variable_files import read_variables, refuse_two_homes, warn_of_secrets
from addressee.messaging.workflows.workflow_files import WorkflowDefinition, read_workflow
from addressee.messaging.workflows.workflow_sources import workflow_sources
from addressee.preferences.categories import Section

VARIABLES = "variables.yaml"
PUBLIC_VARIABLES = "public_variables.yaml"
CATEGORIES = "categories.yaml"
PREFERENCES = "preferences.yaml"
WHOLE_FILES = (VARIABLES, PUBLIC_VARIABLES, CATEGORIES, PREFERENCES)

# Files that look like definitions, besides those of YAML.
NAMES_OF_DEFINITIONS = (
    *("workflows/*.json", "workflows/*/workflow*.json"),
    *(f"{folder}/*.{ending}" for folder in ("layouts", "partials") for ending in ("html", "json", "liquid", "txt")),
    *("layouts/*/layout*.json", "partials/*/partial*.json"),
)

TEMPLATE_FILES: Mapping[type[Layout | Partial], FileKind] = {Partial: PARTIALS, Layout: LAYOUTS}

T = TypeVar("T")


class ConfigurationError(Exception):
    """The configuration cannot be used; nothing was changed. `problems` are all that were found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Configuration:
    """A folder's definitions; those without a file are None. `preferences` are the defaults of recipients, `sections`
    the preference categories, `templates` layouts and partials. `warnings` prevent nothing.
    """

    channels: list[ChannelDefinition]
    workflows: list[WorkflowDefinition]
    variables: dict[str, Any] | None = None
    public_variables: dict[str, Any] | None = None
    preferences: dict[str, Any] | None = None
    sections: tuple[Section, ...] | None = None
    templates: Sequence[TemplateDefinition] = ()
    warnings: Sequence[Problem] = ()


def read_configuration(
    folder: Path,
    environment: Mapping[str, str],
    stored: Mapping[str, UsableChannel] | None = None,
    secrets: frozenset[str] = frozenset(),
    shared: SharedTemplates = NO_SHARED_TEMPLATES,
    *,
    settings_may_lack: bool = False,
) -> Configuration:
    """Reads a folder. Raises ConfigurationError, which holds every problem in it.

    `environment` holds the values of `${NAME}` in settings. Settings may lack some if nothing is to be sent: they stay
    as they are written. Steps may use the folder's channels and those of the environment, `stored`, and so may
    templates the folder's layouts and partials and those of the environment, `shared`. `secrets` are the names of those
    that fetch steps may use.
    """
    channel_files = [read(path, folder) for path in sorted(folder.glob("channels/*.yaml"))]
    workflow_files = workflow_sources(folder)
    template_files = {kind: template_sources(folder, files) for kind, files in TEMPLATE_FILES.items()}
    whole = {name: read(folder / name, folder) for name in WHOLE_FILES if (folder / name).exists()}

    channels = [
        channel for source in channel_files if (channel := read_channel(source, environment, settings_may_lack))
    ]
    schemes = {channel.key: schemes_of(channel.settings) for channel in channels}
    usable = dict(stored or {})
    usable |= {source.key: UsableChannel(provider_of(source), schemes.get(source.key)) for source in channel_files}
    templates = [
        template
        for kind, sources in template_files.items()
        for source in sources
        if (template := read_template(kind, source))
    ]
    check_templates(templates, shared)
    known = shared.with_all({each.key: each.template for each in templates})
    workflows = [workflow for source in workflow_files if (workflow := read_workflow(source, usable, secrets, known))]
    variables = read_whole(whole.get(VARIABLES), read_variables)
    public_variables = read_whole(whole.get(PUBLIC_VARIABLES), read_variables)
    if public_variables and variables:
        refuse_two_homes(whole[PUBLIC_VARIABLES], public_variables, variables)
    sections = read_whole(whole.get(CATEGORIES), read_categories)
    preferences = read_whole(whole.get(PREFERENCES), read_preferences)

    sources = (*channel_files, *workflow_files, *whole.values(), *chain.from_iterable(template_files.values()))
    problems = unknown_files(folder, {file for source in sources for file in source.files})
    for source in sources:
        problems += source.problems
    if problems:
        raise ConfigurationError(sorted(set(problems)))
    warnings = [warning for source in (*channel_files, *workflow_files) for warning in source.warnings]
    warnings += [
        warning
        for name in (VARIABLES, PUBLIC_VARIABLES)
        if name in whole
        for warning in warn_of_secrets(whole[name], public=name == PUBLIC_VARIABLES)
    ]
    return Configuration(channels, workflows, variables, public_variables, preferences, sections, templates, warnings)


def read_whole(source: Source | None, reader: Callable[[Source], T]) -> T | None:
    return None if source is None else reader(source)


def unknown_files(folder: Path, known: Collection[Path]) -> list[Problem]:
    """Returns a problem for each file that was not read and looks like a definition: its name is probably misspelt."""
    found = [*folder.rglob("*.y*ml"), *(file for pattern in NAMES_OF_DEFINITIONS for file in folder.glob(pattern))]
    where = (
        "this is not channels/<key>.yaml, workflows/<key>.yaml, workflows/<key>/workflow.yaml, layouts/<key>.liquid, "
        f"partials/<key>.liquid, {', '.join(WHOLE_FILES[:-1])} or {WHOLE_FILES[-1]}"
    )
    problems = [Problem(path.relative_to(folder).as_posix(), 1, where) for path in found if path.resolve() not in known]
    if not known and not problems:
        problems.append(Problem(str(folder), 1, "there is nothing to push: no channels/*.yaml, no workflows/*.yaml"))
    return problems
