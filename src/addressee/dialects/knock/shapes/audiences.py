"""Audiences (knock.md §2.3)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

from addressee.dialects.knock.shapes.common import MAX_ROWS, Typed
from addressee.dialects.knock.shapes.users import User
from addressee.directory.documents import Id


class AudienceMemberInput(Struct, kw_only=True):
    """`user` is a user with its id; it is identified with what else is given."""

    user: dict[str, Any]
    tenant: Id | None = None


class AudienceMembers(Struct, kw_only=True):
    members: Annotated[list[AudienceMemberInput], Meta(max_length=MAX_ROWS)]


class AudienceMember(Typed, kw_only=True):
    cursor: str = field(name="__cursor")
    user_id: str
    user: User
    tenant: str | None
    added_at: str
