"""Checks that partials which render partials come to an end: none renders itself, and chains are short. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

# The number of partials, each of which renders the next one.
MAX_DEPTH = 5


class Chain(NamedTuple):
    """Partials, each of which renders the next one: back to the first, or deeper than MAX_DEPTH."""

    keys: tuple[str, ...]

    @property
    def problem(self) -> str:
        shown = " → ".join(self.keys)
        if self.keys[0] == self.keys[-1]:
            return f"a partial must not render itself: {shown}"
        return f"partials may render each other {MAX_DEPTH} deep: {shown}"


def chains_without_end(renders: Mapping[str, Collection[str]]) -> Iterator[Chain]:
    """Yields one chain for each partial that begins one. `renders` are the keys that each renders itself.

    One that leads into the circle of others is left out: theirs is told.
    """
    for key in renders:
        chain = chain_from(key, renders)
        if chain is not None and len(set(chain.keys[1:])) == len(chain.keys) - 1:
            yield chain


def chain_from(key: str, renders: Mapping[str, Collection[str]]) -> Chain | None:
    """Returns a chain that begins with a partial, and comes back to it or is too deep; None without one.

    Each step takes all partials that can be reached by it together, so that few of them cannot take long.
    """
    reached: dict[str, tuple[str, ...]] = {key: (key,)}
    for _ in range(MAX_DEPTH):
        following: dict[str, tuple[str, ...]] = {}
        for last, chain in reached.items():
            for each in renders.get(last, ()):
                if each == key:
                    return Chain((*chain, key))
                following.setdefault(each, (*chain, each))
        reached = following
    return Chain(next(iter(reached.values()))) if reached else None
