"""Resources, their documents, and the commits that made these live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from addressee.messaging.content.templating.shared_templates import LAYOUT, PARTIAL


class ResourceKind(StrEnum):
    """A kind of resources that are pushed, committed and promoted one by one."""

    WORKFLOW = "workflow"
    LAYOUT = LAYOUT
    PARTIAL = PARTIAL
    AUDIENCE = "audience"
    TRANSLATION = "translation"


class ResourceKey(NamedTuple):
    kind: ResourceKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


@dataclass(frozen=True, slots=True)
class Document:
    """A resource as it was pushed: `text` is JSON whose keys keep their order, without what tools add for readers.

    `files` are the texts of the files that it was read from, by their paths in the pushed folder, None without files.
    """

    text: str
    files: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Authorship:
    """The author of changes to resources, and the reason.

    `promoted_from` are the commits of another environment that are repeated.
    """

    author: str = ""
    message: str = ""
    promoted_from: Mapping[ResourceKey, UUID] | None = None


NOBODY = Authorship()


@dataclass(frozen=True, slots=True)
class ListedCommit:
    """A commit as lists have it, without its document, which may have megabytes."""

    id: UUID
    resource: ResourceKey
    author: str
    message: str
    promoted_from: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Commit(ListedCommit):
    """A change of a resource that went live."""

    document: Document


@dataclass(frozen=True, slots=True)
class Draft:
    """A change of a resource that is not live yet."""

    resource: ResourceKey
    document: Document
    author: str
    created_at: datetime
    updated_at: datetime
