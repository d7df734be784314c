"""Workflows, layouts, partials and audiences: their own fields are those of their files, as Knock has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from addressee.api.shapes import Open
from addressee.dialects.management.shapes.common import PageInfo


class Workflow(Open, kw_only=True):
    """A workflow. `environment`, `active`, `valid`, `sha` and the times are not read when it is pushed."""

    key: str
    environment: str
    active: bool
    valid: bool
    sha: str
    created_at: datetime
    updated_at: datetime


class EmailLayout(Open, kw_only=True):
    """A layout of e-mails."""

    key: str
    environment: str
    sha: str
    created_at: datetime
    updated_at: datetime


class Partial(Open, kw_only=True):
    """A partial, which templates render."""

    key: str
    environment: str
    valid: bool
    sha: str
    created_at: datetime
    updated_at: datetime
    inserted_at: datetime | UnsetType = UNSET


class Audience(Open, kw_only=True):
    """An audience."""

    key: str
    environment: str
    sha: str
    created_at: datetime
    updated_at: datetime


class Workflows(Struct, kw_only=True):
    entries: list[Workflow]
    page_info: PageInfo


class EmailLayouts(Struct, kw_only=True):
    entries: list[EmailLayout]
    page_info: PageInfo


class Partials(Struct, kw_only=True):
    entries: list[Partial]
    page_info: PageInfo


class Audiences(Struct, kw_only=True):
    entries: list[Audience]
    page_info: PageInfo


class PushedWorkflow(Struct, kw_only=True):
    """A workflow as its file has it, with the contents of the files that this names."""

    workflow: dict[str, Any]


class PushedEmailLayout(Struct, kw_only=True):
    email_layout: dict[str, Any]


class PushedPartial(Struct, kw_only=True):
    partial: dict[str, Any]


class PushedAudience(Struct, kw_only=True):
    audience: dict[str, Any]


class OneWorkflow(Struct, kw_only=True):
    workflow: Workflow


class OneEmailLayout(Struct, kw_only=True):
    email_layout: EmailLayout


class OnePartial(Struct, kw_only=True):
    partial: Partial


class OneAudience(Struct, kw_only=True):
    audience: Audience
