"""The sources of a configuration: the files of a folder, or documents.

channels/<key>.yaml                      variables.yaml           categories.yaml
workflows/<key>.yaml                     public_variables.yaml    preferences.yaml
workflows/<key>/workflow.yaml or .json, with files beside it
layouts/<key>.liquid                     partials/<key>.liquid
layouts/<key>/layout.json or .yaml       partials/<key>/partial.json or .yaml, with files beside it
audiences/<key>/audience.json or .yaml   channel_groups/<key>.yaml or .json
translations/<locale>/<locale>.json      translations/<locale>/<namespace>.<locale>.json, or .po
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from addressee.messaging.content.templating.shared_templates import LAYOUT, PARTIAL, Layout, Partial
from addressee.messaging.definitions.reading import name_in, read, read_document
from addressee.messaging.definitions.sources import Problem, Source
from addressee.messaging.workflows.audiences.files import audience_sources
from addressee.messaging.workflows.commits.model import Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.files.channel_groups import channel_group_sources
from addressee.messaging.workflows.files.workflow_sources import workflow_sources
from addressee.messaging.workflows.shared_templates.sources import LAYOUTS, PARTIALS, FileKind, template_sources
from addressee.messaging.workflows.translations.sources import document_source, translation_sources

VARIABLES = "variables.yaml"
PUBLIC_VARIABLES = "public_variables.yaml"
CATEGORIES = "categories.yaml"
PREFERENCES = "preferences.yaml"
WHOLE_FILES = (VARIABLES, PUBLIC_VARIABLES, CATEGORIES, PREFERENCES)

# What folders of Knock's command line hold besides, by the names of its folders.
UNSUPPORTED = {
    "guides": "in-app guides",
    "message-types": "message types",
    "schemas": "schemas of data",
    "broadcasts": "broadcasts",
}

# Files that look like definitions, besides those of YAML.
NAMES_OF_DEFINITIONS = (
    *("workflows/*.json", "workflows/*/workflow*.json"),
    *(f"{folder}/*.{ending}" for folder in ("layouts", "partials") for ending in ("html", "json", "liquid", "txt")),
    *("layouts/*/layout*.json", "partials/*/partial*.json"),
    *("audiences/*.json", "audiences/*/*.json", "channel_groups/*/*.json"),
    *("translations/*.json", "translations/*.po"),
)

TEMPLATE_FILES: Mapping[type[Layout | Partial], FileKind] = {Partial: PARTIALS, Layout: LAYOUTS}
TEMPLATE_KINDS: Mapping[type[Layout | Partial], ResourceKind] = {
    Partial: ResourceKind(PARTIAL),
    Layout: ResourceKind(LAYOUT),
}


@dataclass(frozen=True, slots=True)
class ConfigurationSources:
    """The sources of a configuration by what they define. Those of `whole` are named by their files."""

    channels: Sequence[Source] = ()
    workflows: Sequence[Source] = ()
    templates: Mapping[type[Layout | Partial], Sequence[Source]] = field(default_factory=dict)
    audiences: Sequence[Source] = ()
    channel_groups: Sequence[Source] = ()
    whole: Mapping[str, Source] = field(default_factory=dict)
    translations: Sequence[Source] = ()

    def __iter__(self) -> Iterator[Source]:
        return chain(
            self.channels,
            self.channel_groups,
            self.workflows,
            self.audiences,
            self.translations,
            self.whole.values(),
            *self.templates.values(),
        )


def folder_sources(folder: Path) -> ConfigurationSources:
    """Reads the files of a folder."""
    sources = ConfigurationSources(
        channels=[read(path, folder) for path in sorted(folder.glob("channels/*.yaml"))],
        workflows=workflow_sources(folder),
        templates={kind: template_sources(folder, files) for kind, files in TEMPLATE_FILES.items()},
        audiences=audience_sources(folder),
        channel_groups=channel_group_sources(folder),
        whole={name: read(folder / name, folder) for name in WHOLE_FILES if (folder / name).exists()},
        translations=translation_sources(folder),
    )
    for source in sources:
        source.texts = {name_in(folder, file): unchanged_text(file) for file in sorted(source.files) if file.is_file()}
    return sources


def unchanged_text(file: Path) -> str:
    """Returns the text of a file as it is, line ends and all; what is not UTF-8 is a problem of its source already."""
    return file.read_bytes().decode(errors="replace")


def document_sources(documents: Mapping[ResourceKey, Document]) -> ConfigurationSources:
    """Reads resources that are JSON documents; problems call each by its kind and its key."""
    sources = {
        each: (document_source if each.kind is ResourceKind.TRANSLATION else read_document)(
            document.text, str(each), each.key
        )
        for each, document in documents.items()
    }
    for each, source in sources.items():
        source.texts = documents[each].files

    def of_kind(kind: ResourceKind) -> list[Source]:
        return [source for resource, source in sources.items() if resource.kind == kind]

    return ConfigurationSources(
        workflows=of_kind(ResourceKind.WORKFLOW),
        templates={template: of_kind(kind) for template, kind in TEMPLATE_KINDS.items()},
        audiences=of_kind(ResourceKind.AUDIENCE),
        translations=of_kind(ResourceKind.TRANSLATION),
    )


def unsupported_folders(folder: Path) -> list[Problem]:
    """Returns a warning for each of UNSUPPORTED that a folder holds."""
    return [
        Problem(name, 1, f"there are no {what} here: this folder is left out")
        for name, what in UNSUPPORTED.items()
        if (folder / name).is_dir()
    ]


def unknown_files(folder: Path, known: Collection[Path]) -> list[Problem]:
    """Returns a problem for each file that was not read and looks like a definition: its name is probably misspelt."""
    found = [*folder.rglob("*.y*ml"), *(file for pattern in NAMES_OF_DEFINITIONS for file in folder.glob(pattern))]
    where = (
        "this is not channels/<key>.yaml, workflows/<key>.yaml, workflows/<key>/workflow.yaml, layouts/<key>.liquid, "
        "partials/<key>.liquid, audiences/<key>/audience.yaml, channel_groups/<key>.yaml, "
        "translations/<locale>/<locale>.json, "
        f"{', '.join(WHOLE_FILES[:-1])} or {WHOLE_FILES[-1]}"
    )
    problems = [Problem(path.relative_to(folder).as_posix(), 1, where) for path in found if path.resolve() not in known]
    if not known and not problems:
        problems.append(Problem(str(folder), 1, "there is nothing to push: no channels/*.yaml, no workflows/*.yaml"))
    return problems
