"""Drafts beside those that are stored: how many an environment has, and which of them others render."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from addressee.database.pool import Connection
from addressee.messaging.definitions.sources import Problem
from addressee.messaging.workflows.audiences.files import MAX_AUDIENCES
from addressee.messaging.workflows.commits.model import Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import draft_keys, read_drafts
from addressee.messaging.workflows.configuration import ConfigurationError
from addressee.messaging.workflows.shared_templates.files import MAX_TEMPLATES
from addressee.messaging.workflows.translations.deploying import MAX_TRANSLATIONS

# The number of drafts of a kind that an environment has: as many as can be live, where that has a limit.
MAX_DRAFTS: Mapping[ResourceKind, int] = {
    ResourceKind.WORKFLOW: 1_000,
    ResourceKind.LAYOUT: MAX_TEMPLATES,
    ResourceKind.PARTIAL: MAX_TEMPLATES,
    ResourceKind.AUDIENCE: MAX_AUDIENCES,
    ResourceKind.TRANSLATION: MAX_TRANSLATIONS,
}

# What others render: drafts of them count for drafts of these.
RENDERED = frozenset({ResourceKind.LAYOUT, ResourceKind.PARTIAL})

# What may be the key of a resource where another one names it, which is always in quotes.
WORD = re.compile(r"[A-Za-z0-9_-]+")


def refuse_too_many(stored: Collection[ResourceKey], documents: Collection[ResourceKey]) -> None:
    """Raises ConfigurationError if an environment would have too many drafts of a kind."""
    known = set(stored)
    new = [each for each in documents if each not in known]
    problems = [
        Problem(
            str(each),
            1,
            f"an environment has at most {MAX_DRAFTS[each.kind]:,} drafts of {each.kind}s; commit some of them first",
        )
        for each in {each.kind: each for each in new}.values()
        if sum(other.kind is each.kind for other in (*known, *new)) > MAX_DRAFTS[each.kind]
    ]
    if problems:
        raise ConfigurationError(problems)


async def drafts_rendered_by(
    connection: Connection, environment_id: int, documents: Mapping[ResourceKey, Document]
) -> dict[ResourceKey, Document]:
    """Returns the drafts of layouts and partials whose keys documents mention, and whose keys these mention."""
    stored = await draft_keys(connection, environment_id)
    waiting = {each for each in stored if each.kind in RENDERED and each not in documents}
    found: dict[ResourceKey, Document] = {}
    latest = documents
    while waiting and latest:
        words = {word for document in latest.values() for word in words_in(document)}
        mentioned = [each for each in waiting if each.key in words]
        drafts = await read_drafts(connection, environment_id, mentioned)
        latest = {resource: draft.document for resource, draft in drafts.items()}
        found |= latest
        waiting.difference_update(mentioned)
    return found


def words_in(document: Document) -> set[str]:
    texts = (document.text, *(document.files or {}).values())
    return {word for text in texts for word in WORD.findall(text)}
