"""Checks that definitions which use each other come to an end: none uses itself, and chains are short. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

# The number of definitions, each of which uses the next one.
MAX_DEPTH = 5


class Chain(NamedTuple):
    """The keys of definitions, each of which uses the next one: back to the first, or deeper than MAX_DEPTH."""

    keys: tuple[str, ...]

    @property
    def is_circle(self) -> bool:
        return self.keys[0] == self.keys[-1]

    def __str__(self) -> str:
        return " → ".join(self.keys)


def chains_without_end(uses: Mapping[str, Collection[str]]) -> Iterator[Chain]:
    """Yields one chain for each definition that begins one. `uses` are the keys that each uses itself.

    One that leads into the circle of others is left out: theirs is told.
    """
    for key in uses:
        chain = chain_from(key, uses)
        if chain is not None and len(set(chain.keys[1:])) == len(chain.keys) - 1:
            yield chain


def chain_from(key: str, uses: Mapping[str, Collection[str]]) -> Chain | None:
    """Returns a chain that begins with a definition, and comes back to it or is too deep; None without one.

    Each step takes all definitions that can be reached by it together, so that few of them cannot take long.
    """
    reached: dict[str, tuple[str, ...]] = {key: (key,)}
    for _ in range(MAX_DEPTH):
        following: dict[str, tuple[str, ...]] = {}
        for last, chain in reached.items():
            for each in uses.get(last, ()):
                if each == key:
                    return Chain((*chain, key))
                following.setdefault(each, (*chain, each))
        reached = following
    return Chain(next(iter(reached.values()))) if reached else None
