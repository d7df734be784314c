"""Layouts and partials: templates that an environment's workflows share, as they are stored and as scopes hold them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, Self

from addressee.messaging.definitions.model import Definition, Name

# The name under which a scope holds the shared templates. No template can name it by itself, and data cannot have it.
TEMPLATES = "$shared_templates"


MJML = "<mjml"

# `color-scheme: light dark` in a sheet, or as the content of a `<meta>`.
DARK = re.compile(r"""color-scheme["']?\s*(?::|content\s*=\s*["'])[^;"'}]*\bdark\b""", re.IGNORECASE)


class FooterLink(Definition, frozen=True):
    """A link that a layout shows. Both are Liquid."""

    text: str
    url: str


class Layout(Definition, frozen=True, kw_only=True, omit_defaults=True):
    """The frame of e-mails: each part prints `content` once, where a message's own HTML or text goes.

    Without `text_layout`, the text of a message has no frame. One that `is_mjml` begins with the tag
    `<mjml>`; whatever does so is MJML.
    """

    html_layout: str
    text_layout: str | None = None
    name: Name | None = None
    footer_links: tuple[FooterLink, ...] = ()
    is_mjml: bool = False

    @property
    def begins_as_mjml(self) -> bool:
        return self.html_layout.lstrip().startswith(MJML)

    @property
    def can_be_dark(self) -> bool:
        """Returns whether it says that it is dark for those who want it so."""
        return says_dark(self.html_layout)


@lru_cache(maxsize=500)
def says_dark(html: str) -> bool:
    return DARK.search(html) is not None


class PartialType(StrEnum):
    """The language of a partial, for whoever uses it. Values are escaped as where it is rendered, whatever this is."""

    HTML = "html"
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class Partial(Definition, frozen=True, kw_only=True, omit_defaults=True):
    """A template that others render by its key. Editors show it by its icon, as a block with the fields of its
    `input_schema`, whose forms are those of blocks.
    """

    content: str
    name: Name | None = None
    type: PartialType = PartialType.HTML
    description: str | None = None
    visual_block_enabled: bool = False
    icon_name: str | None = None
    input_schema: tuple[Any, ...] = ()


LAYOUT = "layout"
PARTIAL = "partial"


class TemplateKey(NamedTuple):
    """The kind of a shared template, LAYOUT or PARTIAL, and its key."""

    kind: str
    key: str

    @classmethod
    def of(cls, template: Layout | Partial, key: str) -> Self:
        return cls(LAYOUT if isinstance(template, Layout) else PARTIAL, key)


@dataclass(frozen=True, slots=True, eq=False)
class SharedTemplates:
    """Layouts and partials by their keys. `namespaces` are those in which they look up texts of a locale."""

    layouts: Mapping[str, Layout] = field(default_factory=dict)
    partials: Mapping[str, Partial] = field(default_factory=dict)
    namespaces: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return ""

    def with_all(self, templates: Mapping[TemplateKey, Layout | Partial]) -> SharedTemplates:
        """Returns these templates with others, which replace those under the same keys."""
        layouts = {key.key: each for key, each in templates.items() if isinstance(each, Layout)}
        partials = {key.key: each for key, each in templates.items() if isinstance(each, Partial)}
        return SharedTemplates({**self.layouts, **layouts}, {**self.partials, **partials}, self.namespaces)

    def get(self, key: TemplateKey) -> Layout | Partial | None:
        return self.layouts.get(key.key) if key.kind == LAYOUT else self.partials.get(key.key)


NO_SHARED_TEMPLATES = SharedTemplates()
