"""Definitions of an environment as files: those that were pushed, else those that its documents make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.definitions.extracted_files import to_json
from addressee.messaging.definitions.sources import Source
from addressee.messaging.definitions.writing import to_yaml
from addressee.messaging.environment import channels
from addressee.messaging.environment.channel_groups import ChannelGroups
from addressee.messaging.environment.variables import read_variables
from addressee.messaging.workflows.commits.model import Commit, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.pushed_files import PushedFiles, read_pushed_files
from addressee.messaging.workflows.commits.store import live_commits
from addressee.messaging.workflows.configuration_sources import CATEGORIES, PREFERENCES, PUBLIC_VARIABLES, VARIABLES
from addressee.messaging.workflows.files.channel_groups import group_path
from addressee.messaging.workflows.files.channel_groups import to_file as group_file
from addressee.messaging.workflows.folders import extraction
from addressee.messaging.workflows.folders.channels import channel_path, says_the_same, to_files, to_text
from addressee.messaging.workflows.folders.differences import Files, Things
from addressee.messaging.workflows.folders.local import is_document, links_in, whole_name
from addressee.messaging.workflows.listing import Workflows
from addressee.messaging.workflows.shared_templates.listing import SharedTemplateList
from addressee.messaging.workflows.translations.formats import Format
from addressee.preferences.defaults import read_defaults


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that an environment has.

    `channels` are as their files have them, by their keys, `wholes` what the files would say that say the whole of
    something, by their names, and `pushed` what they said. `unknown` are the names of what was pushed by a version that
    kept no documents.
    """

    commits: Mapping[ResourceKey, Commit]
    active: Mapping[str, bool]
    channels: Mapping[str, Mapping[str, Any]]
    wholes: Mapping[str, Any]
    pushed: Mapping[str, PushedFiles]
    unknown: Sequence[str] = field(default_factory=list)


async def read_stored(pool: Pool, sealer: Sealer, environment_id: int) -> Stored:
    """Raises WrongMasterKeyError."""
    commits = await live_commits(pool, environment_id)
    workflows = await Workflows(pool).overviews(environment_id)
    templates = await SharedTemplateList(pool).list(environment_id)
    known = [
        *(ResourceKey(ResourceKind.WORKFLOW, each.key) for each in workflows),
        *(ResourceKey(ResourceKind(each.key.kind), each.key.key) for each in templates),
    ]
    return Stored(
        commits=commits,
        active={each.key: each.active for each in workflows},
        channels=to_files(
            [
                (each, await channels.stored_secrets(pool, sealer, environment_id, each))
                for each in await channels.all_channels(pool, environment_id)
            ]
        ),
        wholes=await read_wholes(pool, environment_id),
        pushed=await read_pushed_files(pool, environment_id),
        unknown=[str(each) for each in known if each not in commits],
    )


async def read_wholes(pool: Pool, environment_id: int) -> dict[str, Any]:
    variables = await read_variables(pool, environment_id)
    defaults = await read_defaults(pool, environment_id)
    return {
        VARIABLES: variables.private,
        PUBLIC_VARIABLES: variables.public,
        CATEGORIES: msgspec.json.decode(msgspec.json.encode(defaults.sections)),
        PREFERENCES: defaults.default,
        **{group_path(each.key): group_file(each.group) for each in await ChannelGroups(pool).list(environment_id)},
    }


def things_of(stored: Stored, here: Mapping[str, Source]) -> Things:
    """Returns what an environment has, by its names.

    A folder, whose sources are `here`, keeps its own files for what it says alike, if the environment has none.
    """
    return dict(all_things(stored, here))


def all_things(stored: Stored, here: Mapping[str, Source]) -> Iterator[tuple[str, Files]]:
    for key, channel in stored.channels.items():
        source = here.get(name := f"channel {key}")
        if source is not None and says_the_same(key, source.value, channel):
            yield name, source.texts or {}
        else:
            yield name, {channel_path(key): to_text(key, channel)}
    for resource, commit in sorted(stored.commits.items(), key=lambda each: each[1].id):
        yield str(resource), files_of_commit(commit, here.get(str(resource)), stored.active)
    for file, value in stored.wholes.items():
        name, pushed = whole_name(file), stored.pushed.get(file)
        if pushed is not None and pushed.value == value:
            yield name, pushed.files
        elif value:
            yield name, {file: to_yaml(as_written(file, value))}


def files_of_commit(commit: Commit, here: Source | None, active: Mapping[str, bool]) -> Files:
    resource, document = commit.resource, commit.document
    if document.files is not None:
        return document.files
    if here is not None and is_document(here, document.text):
        return here.texts or {}
    kind, key = resource
    if kind is ResourceKind.TRANSLATION:
        return translation_files(msgspec.json.decode(document.text))
    readonly: dict[str, Any] = {"key": key}
    if kind == ResourceKind.WORKFLOW:
        readonly["active"] = active.get(key, True)
    if kind in extraction.VALIDATED:
        readonly["valid"] = True
    files = extraction.files_of(kind, msgspec.json.decode(document.text), readonly, links_in(here) if here else {})
    return {f"{kind}s/{key}/{path}": text for path, text in files.items()}


def translation_files(translation: Mapping[str, Any]) -> Files:
    """Returns the file of a translation, named as the command line does, with JSON in its form."""
    locale, namespace = translation["locale_code"], translation.get("namespace")
    content, format = translation["content"], translation.get("format", Format.JSON)
    name = f"{namespace}.{locale}" if namespace else locale
    text = f"{to_json(msgspec.json.decode(content))}\n" if format == Format.JSON else content
    return {f"translations/{locale}/{name}.{format}": text}


def as_written(file: str, value: Any) -> Any:
    """Returns what a file says for a value. Parts of categories that are empty or missing are left out."""
    return {"sections": without_empty(value)} if file == CATEGORIES else value


def without_empty(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [without_empty(part) for part in value]
    if isinstance(value, dict):
        return {name: without_empty(part) for name, part in value.items() if part not in (None, (), [], {})}
    return value
