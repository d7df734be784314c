"""A configuration: channels, workflows, templates, variables, categories and preferences, checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from addressee.channels.links import schemes_of
from addressee.messaging.definitions.sources import Problem, Source
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.workflows.audiences.files import (
    AudienceDefinition,
    check_audiences,
    read_audience_file,
)
from addressee.messaging.workflows.available import NOTHING_AVAILABLE, Available
from addressee.messaging.workflows.commits.documents import document_of
from addressee.messaging.workflows.commits.model import Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.pushed_files import PushedFiles
from addressee.messaging.workflows.configuration_sources import (
    CATEGORIES,
    PREFERENCES,
    PUBLIC_VARIABLES,
    VARIABLES,
    ConfigurationSources,
    folder_sources,
    unknown_files,
    unsupported_folders,
)
from addressee.messaging.workflows.files.categories import read_categories
from addressee.messaging.workflows.files.channel_groups import (
    ChannelGroupDefinition,
    group_path,
    read_channel_group,
    to_file,
)
from addressee.messaging.workflows.files.channels import ChannelDefinition, provider_of, read_channel
from addressee.messaging.workflows.files.preferences import read_preferences
from addressee.messaging.workflows.files.variables import read_variables, refuse_two_homes, warn_of_secrets
from addressee.messaging.workflows.files.workflows import WorkflowDefinition, read_workflow
from addressee.messaging.workflows.shared_templates.files import (
    TemplateDefinition,
    check_templates,
    read_template,
    warn_of_texts,
)
from addressee.messaging.workflows.translations.files import TranslationDefinition, read_translation, texts_with
from addressee.preferences.categories import Section

T = TypeVar("T")


class ConfigurationError(Exception):
    """The configuration cannot be used; nothing was changed. `problems` are all that were found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Configuration:
    """A folder's definitions; those without a file are None. `preferences` are the defaults of recipients, `sections`
    the preference categories, `templates` layouts and partials, `translations` texts by locale. `warnings` prevent
    nothing. `whole` are the sources of files that say the whole of something, by their names.
    """

    channels: list[ChannelDefinition]
    workflows: list[WorkflowDefinition]
    variables: dict[str, Any] | None = None
    public_variables: dict[str, Any] | None = None
    preferences: dict[str, Any] | None = None
    sections: tuple[Section, ...] | None = None
    templates: Sequence[TemplateDefinition] = ()
    audiences: Sequence[AudienceDefinition] = ()
    channel_groups: Sequence[ChannelGroupDefinition] = ()
    warnings: Sequence[Problem] = ()
    translations: Sequence[TranslationDefinition] = ()
    whole: Mapping[str, Source] = field(default_factory=dict)

    @property
    def documents(self) -> Mapping[ResourceKey, Document]:
        """The documents of what is committed: audiences, workflows, layouts, partials and translations."""
        return {
            **{ResourceKey(ResourceKind.AUDIENCE, each.key): document_of(each.source) for each in self.audiences},
            **{
                ResourceKey(ResourceKind(each.key.kind), each.key.key): document_of(each.source)
                for each in self.templates
            },
            **{
                ResourceKey(ResourceKind.TRANSLATION, str(each.key)): document_of(each.source)
                for each in self.translations
            },
            **{each.resource: document_of(each.source) for each in self.workflows},
        }

    @property
    def pushed_files(self) -> Mapping[str, PushedFiles]:
        """The values and the texts of the files that say the whole of something."""
        values = {
            VARIABLES: self.variables,
            PUBLIC_VARIABLES: self.public_variables,
            CATEGORIES: self.sections,
            PREFERENCES: self.preferences,
        }
        said = [(name, msgspec.to_builtins(values[name]), source) for name, source in self.whole.items()]
        said += [(group_path(each.key), to_file(each.group), each.source) for each in self.channel_groups]
        return {name: PushedFiles(value, source.texts) for name, value, source in said if source.texts is not None}


def read_configuration(
    folder: Path,
    environment: Mapping[str, str],
    available: Available = NOTHING_AVAILABLE,
    *,
    settings_may_lack: bool = False,
) -> Configuration:
    """Reads a folder. Raises ConfigurationError, which holds every problem in it.

    `environment` holds the values of `${NAME}` in settings. Settings may lack some if nothing is to be sent: they stay
    as they are written. Definitions may use each other and what is `available`.
    """
    sources = folder_sources(folder)
    problems = unknown_files(folder, {file for source in sources for file in source.files})
    found = check_sources(sources, environment, available, problems, settings_may_lack=settings_may_lack)
    return replace(found, warnings=[*found.warnings, *unsupported_folders(folder)])


def check_sources(
    sources: ConfigurationSources,
    environment: Mapping[str, str],
    available: Available,
    problems: Sequence[Problem] = (),
    *,
    settings_may_lack: bool = False,
) -> Configuration:
    """Returns the configuration that sources define. Raises ConfigurationError, for `problems` found before too."""
    channels = [
        channel for source in sources.channels if (channel := read_channel(source, environment, settings_may_lack))
    ]
    schemes = {channel.key: schemes_of(channel.settings) for channel in channels}
    usable = dict(available.channels)
    usable |= {source.key: UsableChannel(provider_of(source), schemes.get(source.key)) for source in sources.channels}
    templates = [
        template
        for kind, of_kind in sources.templates.items()
        for source in of_kind
        if (template := read_template(kind, source))
    ]
    check_templates(templates, available.shared)
    known = available.shared.with_all({each.key: each.template for each in templates})
    translations = [each for source in sources.translations if (each := read_translation(source))]
    texts = texts_with(available.texts, translations)
    warn_of_texts(templates, texts)
    audiences = [audience for source in sources.audiences if (audience := read_audience_file(source))]
    check_audiences(audiences, available.audiences)
    channel_groups = [group for source in sources.channel_groups if (group := read_channel_group(source, usable))]
    known_audiences = {**available.audiences, **{each.key: each.audience for each in audiences}}
    dynamic = [key for key, audience in known_audiences.items() if audience.is_dynamic]
    known_groups = {**available.channel_groups, **{each.key: each.group for each in channel_groups}}
    workflows = [
        workflow
        for source in sources.workflows
        if (workflow := read_workflow(source, usable, available.secrets, known, known_groups, dynamic, texts))
    ]
    whole = sources.whole
    variables = read_whole(whole.get(VARIABLES), read_variables)
    public_variables = read_whole(whole.get(PUBLIC_VARIABLES), read_variables)
    if public_variables and variables:
        refuse_two_homes(whole[PUBLIC_VARIABLES], public_variables, variables)
    sections = read_whole(whole.get(CATEGORIES), read_categories)
    preferences = read_whole(whole.get(PREFERENCES), read_preferences)

    found = [*problems, *(problem for source in sources for problem in source.problems)]
    if found:
        raise ConfigurationError(sorted(set(found)))
    # One template for several channels may be warned of several times.
    warnings = list(dict.fromkeys(warning for source in sources for warning in source.warnings))
    warnings += [
        warning
        for name in (VARIABLES, PUBLIC_VARIABLES)
        if name in whole
        for warning in warn_of_secrets(whole[name], public=name == PUBLIC_VARIABLES)
    ]
    return Configuration(
        channels,
        workflows,
        variables,
        public_variables,
        preferences,
        sections,
        templates,
        audiences,
        channel_groups,
        warnings,
        translations,
        whole,
    )


def read_whole(source: Source | None, reader: Callable[[Source], T]) -> T | None:
    return None if source is None else reader(source)
