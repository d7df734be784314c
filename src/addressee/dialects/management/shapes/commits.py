"""Commits: changes of resources that went live."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from addressee.dialects.management.shapes.common import PageInfo


class Author(Struct, kw_only=True):
    """The author of a commit: an operator's address, or what the key is called."""

    email: str
    name: str | None = None


class CommittedResource(Struct, kw_only=True):
    type: str
    identifier: str


class Commit(Struct, kw_only=True):
    id: str
    author: Author
    commit_message: str
    created_at: datetime
    environment: str
    resource: CommittedResource


class Commits(Struct, kw_only=True):
    entries: list[Commit]
    page_info: PageInfo


class OneCommit(Struct, kw_only=True):
    commit: Commit


class Result(Struct, kw_only=True):
    result: str
