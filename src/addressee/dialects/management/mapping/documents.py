"""Resources of clients become documents, and documents what clients read (engine.md §7.1, §12)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from addressee.dialects.management.mapping.annotations import ANNOTATION, annotated, annotation
from addressee.dialects.management.mapping.links import links_of, without_links
from addressee.messaging.workflows.commits.documents import without_ignored
from addressee.messaging.workflows.commits.model import Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.resources import StoredResource
from addressee.messaging.workflows.folders.extraction import extractable_fields, files_of

# What clients cannot set, in the order in which Knock's command line writes it.
READONLY: Mapping[ResourceKind, tuple[str, ...]] = {
    ResourceKind.WORKFLOW: ("environment", "key", "active", "valid", "created_at", "updated_at", "sha"),
    ResourceKind.LAYOUT: ("key", "environment", "created_at", "updated_at", "sha"),
    ResourceKind.AUDIENCE: ("environment", "key", "created_at", "updated_at", "sha"),
    ResourceKind.PARTIAL: ("environment", "key", "valid", "created_at", "updated_at", "sha"),
}

# The command line leaves these out of its files.
VOLATILE = frozenset({"environment", "created_at", "updated_at", "sha"})

# What else clients send back as they have read it.
UNREAD = frozenset({"active", "archived_at", "deleted_at", "inserted_at", "valid", ANNOTATION})


@dataclass(frozen=True, slots=True)
class View:
    """The part of an answer that is not in a resource's document, and whether the client wants annotations."""

    environment: str
    active: bool
    annotate: bool


def document_of(resource: ResourceKey, body: Mapping[str, Any], *, active: bool) -> Document:
    """Returns the document of a resource that a client sends.

    It has files only where the client has others than there would be by themselves.
    """
    unread = UNREAD.union(READONLY[resource.kind])
    sent = {name: part for name, part in without_ignored(dict(body)).items() if name not in unread}
    document = without_links(sent)
    text = msgspec.json.encode(document).decode()
    links = links_of(resource.kind, sent)
    readonly = {
        name: part
        for name, part in known_fields(resource, View("", active, annotate=False)).items()
        if name not in VOLATILE
    }
    files = files_of(resource.kind, document, readonly, links) if links else None
    if files is None or files == files_of(resource.kind, document, readonly):
        return Document(text)
    return Document(text, {f"{folder_of(resource)}/{path}": content for path, content in files.items()})


def rendered(stored: StoredResource, view: View) -> dict[str, Any]:
    """Returns a resource as a client reads it: its document in the order of its keys, and what it cannot set."""
    kind = stored.resource.kind
    document = msgspec.json.decode(stored.document.text, type=dict[str, Any])
    times = {"created_at": stored.created_at, "updated_at": stored.updated_at}
    known = {
        **known_fields(stored.resource, view),
        **times,
        "sha": hashlib.sha256(stored.document.text.encode()).hexdigest(),
    }
    document = {name: part for name, part in document.items() if name not in known}
    if not view.annotate:
        return {**document, **known, **({"inserted_at": stored.created_at} if kind is ResourceKind.PARTIAL else {})}
    mark = annotation(extractable_fields(kind, (), document), READONLY[kind])
    return {**annotated(kind, document), **known, ANNOTATION: mark}


def known_fields(resource: ResourceKey, view: View) -> dict[str, Any]:
    """Returns what is known of a resource besides its document, as far as its kind has that."""
    known = {"environment": view.environment, "key": resource.key, "active": view.active, "valid": True}
    return {name: known[name] for name in READONLY[resource.kind] if name in known}


def folder_of(resource: ResourceKey) -> str:
    """Returns the folder of a resource's files within a pushed folder."""
    return f"{resource.kind}s/{resource.key}"
