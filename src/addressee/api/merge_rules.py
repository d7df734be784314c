"""The merge rules of each dialect, for the native preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import structs

from addressee.directory.access.environments import Environment
from addressee.directory.merges.merge import Filling, MergeRules

Dialect: TypeAlias = Literal["knock", "suprsend", "notiflows"]

RULES: Mapping[Dialect, MergeRules] = {
    "knock": MergeRules(),
    "suprsend": MergeRules(moves_subscriptions=True),
    "notiflows": MergeRules(Filling.FILL_GAPS, moves_subscriptions=True),
}


def merge_rules(dialect: Dialect, environment: Environment) -> MergeRules:
    return structs.replace(RULES[dialect], keeps_nulls=environment.settings.keeps_nulls)
