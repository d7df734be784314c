"""Layouts and partials in the database. What is stored is what they say now: messages are rendered with that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.messaging.content.emails.layouts import ENVIRONMENTS
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.shared_templates import (
    LAYOUT,
    NO_SHARED_TEMPLATES,
    PARTIAL,
    Layout,
    Partial,
    SharedTemplates,
    TemplateKey,
)
from addressee.messaging.definitions.model import FieldPath

SQL = load(__package__)

TYPES: Mapping[str, type[Layout | Partial]] = {LAYOUT: Layout, PARTIAL: Partial}


async def read_shared_templates(database: Pool | Connection, environment_id: int) -> SharedTemplates:
    """Returns all layouts and partials of an environment."""
    return shared_templates_of(await database.fetch(*SQL["shared_templates"](environment_id=environment_id)))


async def read_named_templates(
    pool: Pool, environment_id: int, layouts: Sequence[str], partials: Sequence[str]
) -> SharedTemplates:
    """Returns the layouts and partials with these keys, and what they render. Nothing is read where none is named."""
    wanted = [*(TemplateKey(LAYOUT, key) for key in layouts), *(TemplateKey(PARTIAL, key) for key in partials)]
    if not wanted:
        return NO_SHARED_TEMPLATES
    rows = await pool.fetch(*SQL["shared_templates_named"](environment_id=environment_id, wanted=wanted))
    namespaces = frozenset(chain.from_iterable(row["namespaces"] for row in rows))
    return replace(shared_templates_of(rows), namespaces=namespaces)


def shared_templates_of(rows: Iterable[Any]) -> SharedTemplates:
    return NO_SHARED_TEMPLATES.with_all(
        {
            TemplateKey(row["kind"], row["key"]): msgspec.json.decode(row["content"], type=TYPES[row["kind"]])
            for row in rows
        }
    )


async def store_template(
    connection: Connection, environment_id: int, key: TemplateKey, template: Layout | Partial, now: datetime
) -> None:
    await connection.execute(
        *SQL["upsert_shared_template"](
            environment_id=environment_id,
            kind=key.kind,
            key=key.key,
            content=msgspec.json.encode(template),
            partials=partials_in(template),
            namespaces=namespaces_in(template),
            now=now,
        )
    )


def partials_in(template: Layout | Partial) -> list[str]:
    """Returns the keys of the partials that a template renders itself. Raises TemplateError if it is not Liquid."""
    texts = texts_of(template)
    return sorted({use.key for _, text, environment in texts for use in liquid.parse(text, environment).partials})


def namespaces_in(template: Layout | Partial) -> list[str]:
    """Returns the namespaces in which a template looks up texts of a locale. Raises TemplateError."""
    texts = texts_of(template)
    return sorted({name for _, text, environment in texts for name in liquid.parse(text, environment).namespaces})


def texts_of(template: Layout | Partial) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
    """Yields the texts in Liquid of a template, their paths and their environments."""
    if isinstance(template, Partial):
        yield ("content",), template.content, liquid.PLAIN
        return
    yield ("html_layout",), template.html_layout, ENVIRONMENTS["html"]
    if template.text_layout is not None:
        yield ("text_layout",), template.text_layout, ENVIRONMENTS["text"]
    for index, link in enumerate(template.footer_links):
        yield ("footer_links", index, "text"), link.text, liquid.PLAIN
        yield ("footer_links", index, "url"), link.url, liquid.PLAIN
