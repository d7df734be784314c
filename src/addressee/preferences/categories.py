"""Categories of messages that an environment defines, for recipients to choose among (docs/decisions/0014). Pure.

    default         opt_in            on by default
                    opt_out           off by default
                    cant_unsubscribe  on, and cannot be refused as a whole
    mandatory       kinds that cannot be refused; with cant_unsubscribe, none means all
    opt_in          kinds that are on by default; None: all
    root            the type of the messages, for display only

A category of a workflow that its environment does not define has an effect only if a preference set contains it.
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
    """The texts of a category or section in one language; a missing text is that of the category or section itself."""

    name: Text | None = None
    description: Long | None = None


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A category. The keys of `translations` are locales, like `es` or `es-AR`."""

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
    """A group of categories on a preference screen, which all have its tags. It may be without a name."""

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
    """Returns the texts in a locale (`es-AR`), else in its language (`es`), else the untranslated ones."""
    name, description = thing.name, thing.description
    for known in () if locale is None else fallbacks(locale):
        wording = thing.translations.get(known)
        if wording is not None:
            name, description = wording.name or name, wording.description or description
    return Wording(name, description)
