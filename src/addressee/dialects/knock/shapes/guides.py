"""In-app guides (knock.md §2.3)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from addressee.dialects.knock.shapes.common import Named


class Guides(Struct, kw_only=True):
    """The guides that a user is shown. Addressee has none, so all of this is empty."""

    entries: list[dict[str, Any]]
    guide_groups: list[dict[str, Any]]
    guide_group_display_logs: dict[str, str]
    ineligible_guides: list[dict[str, Any]]


class GuideEngagement(Struct, kw_only=True):
    """A report of a page: somebody saw, used or closed a step of a guide."""

    guide_key: Named


class Done(Struct, kw_only=True):
    status: str
