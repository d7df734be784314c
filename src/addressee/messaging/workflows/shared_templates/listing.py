"""The layouts and partials of an environment, and who renders them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.content.templating.shared_templates import LAYOUT, PARTIAL, Layout, Partial, TemplateKey
from addressee.messaging.workflows.model import Workflow
from addressee.messaging.workflows.shared_templates.store import TYPES

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class ListedTemplate:
    """A layout or a partial without what it says. `partials` are the keys of those that it renders itself."""

    key: TemplateKey
    name: str | None
    partials: Sequence[str]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A layout or a partial as it is now."""

    key: TemplateKey
    template: Layout | Partial
    partials: Sequence[str]
    updated_at: datetime


class SharedTemplateList:
    """Lists layouts and partials. They come from files, so there are few."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, environment_id: int) -> Sequence[ListedTemplate]:
        """Returns layouts and then partials, by key."""
        return [
            ListedTemplate(TemplateKey(row["kind"], row["key"]), row["name"], row["partials"], row["updated_at"])
            for row in await self._pool.fetch(*SQL["listed_templates"](environment_id=environment_id))
        ]

    async def find(self, environment_id: int, key: TemplateKey) -> StoredTemplate | None:
        row = await self._pool.fetchrow(
            *SQL["shared_template"](environment_id=environment_id, kind=key.kind, key=key.key)
        )
        if row is None:
            return None
        template = msgspec.json.decode(row["content"], type=TYPES[row["kind"]])
        return StoredTemplate(key, template, row["partials"], row["updated_at"])


def named_by(workflow: Workflow) -> Iterator[TemplateKey]:
    """Yields the layouts and partials that a workflow names itself."""
    yield from (TemplateKey(LAYOUT, key) for key in workflow.layouts)
    yield from partial_keys(workflow.partials)


def partial_keys(keys: Sequence[str]) -> Iterator[TemplateKey]:
    yield from (TemplateKey(PARTIAL, key) for key in keys)
