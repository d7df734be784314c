"""Categories that an environment defines, for recipients to choose among (docs/decisions/0014). Pure.

    default         opt_in            wanted by those who say nothing
                    opt_out           not wanted by those who say nothing
                    cant_unsubscribe  wanted, and nobody can refuse the whole of it
    mandatory       kinds that nobody can refuse; where nobody can unsubscribe and none is named, all are
    opt_in          the only kinds that those get who say nothing; None: all
    root            what sort of messages these are; it decides nothing

A category that no environment defines is a label: it counts only where a preference set names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from addressee.directory.locales import fallbacks

Default = Literal["opt_in", "opt_out", "cant_unsubscribe"]
Root = Literal["system", "transactional", "promotional"]

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Long = Annotated[str, msgspec.Meta(max_length=2000)]


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The texts of a category in another language. Those that are missing are the category's own."""

    name: Text | None = None
    description: Long | None = None


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A category. `translations` are by locale: a language, or a language and a country like `es-AR`."""

    key: Text
    name: Text
    description: Long | None = None
    default: Default = "opt_in"
    mandatory: tuple[str, ...] = ()
    opt_in: tuple[str, ...] | None = None
    root: Root = "transactional"
    tags: tuple[Text, ...] = ()
    translations: dict[str, Wording] = {}


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Categories that are shown together; their tags are those of each. Without a name it stands by itself."""

    name: Text | None = None
    slug: Text | None = None
    description: Long | None = None
    tags: tuple[Text, ...] = ()
    translations: dict[str, Wording] = {}
    categories: tuple[Category, ...]

    def tags_of(self, category: Category) -> list[str]:
        """Returns all tags of a category, its own first."""
        return list(dict.fromkeys([*category.tags, *self.tags]))


def by_key(sections: Sequence[Section]) -> Mapping[str, Category]:
    return {category.key: category for section in sections for category in section.categories}


def worded(thing: Category | Section, locale: str | None) -> Wording:
    """Returns the texts in a locale, else in its language, else as they stand: `es-AR`, `es`, none."""
    name, description = thing.name, thing.description
    for known in () if locale is None else fallbacks(locale):
        wording = thing.translations.get(known)
        if wording is not None:
            name, description = wording.name or name, wording.description or description
    return Wording(name, description)
