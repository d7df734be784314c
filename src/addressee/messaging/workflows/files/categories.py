"""Reads `categories.yaml`: sections of preference categories."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from addressee.directory.kinds import GROUPS
from addressee.messaging.definitions.model import KEY, Definition, FieldPath
from addressee.messaging.definitions.sources import Source
from addressee.preferences.categories import Category, Section
from addressee.preferences.sets import NAMES
from addressee.suggestions import instead_of


class CategoriesFile(Definition, frozen=True):
    sections: tuple[Section, ...]


def read_categories(source: Source) -> tuple[Section, ...]:
    """Returns the sections (see `addressee.preferences.categories`), with groups of kinds expanded."""
    if source.value is None or source.problems or not source.fits((), source.value, CategoriesFile):
        return ()
    sections = msgspec.convert(source.value, CategoriesFile).sections
    keys: set[str] = set()
    for index, section in enumerate(sections):
        for position, category in enumerate(section.categories):
            check_category(source, ("sections", index, "categories", position), category, keys)
    return tuple(map(with_single_kinds, sections))


def check_category(source: Source, path: FieldPath, category: Category, keys: set[str]) -> None:
    """Records the problems of a category; `keys`, those of the categories before it, gains its key."""
    if not KEY.fullmatch(category.key):
        source.problem((*path, "key"), "a key is made of letters, digits, - and _")
    if category.key in keys:
        source.problem((*path, "key"), f"another category has the key {category.key!r}")
    keys.add(category.key)
    lists = {"mandatory": category.mandatory, "opt_in": category.opt_in or ()}
    for name, kinds in lists.items():
        for index, kind in enumerate(kinds):
            if kind not in NAMES:
                source.problem((*path, name, index), f"there is no kind {kind!r}; {instead_of(kind, NAMES)}")
        if kinds and category.default == "opt_out":
            source.problem((*path, name), "this means nothing where the default is opt_out: then no kind is wanted")
    if category.opt_in == ():
        source.problem((*path, "opt_in"), "this names no kind; leave it out for all kinds, or say default: opt_out")


def with_single_kinds(section: Section) -> Section:
    categories = [
        msgspec.structs.replace(
            category,
            mandatory=single_kinds(category.mandatory),
            opt_in=None if category.opt_in is None else single_kinds(category.opt_in),
        )
        for category in section.categories
    ]
    return msgspec.structs.replace(section, categories=tuple(categories))


def single_kinds(names: Iterable[str]) -> tuple[str, ...]:
    """Returns kinds and groups of kinds as kinds without repetitions."""
    return tuple(dict.fromkeys(kind for name in names for kind in GROUPS.get(name, (name,))))
