"""Merges of users, by the rules of each dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias, TypeVar

from msgspec import structs

from addressee.api.call import Call
from addressee.directory.access.environments import Environment
from addressee.directory.merges.merge import Filling, MergeRules
from addressee.directory.merges.merges import Done
from addressee.directory.recipient import Place

R = TypeVar("R")

Dialect: TypeAlias = Literal["knock", "suprsend", "notiflows"]

RULES: Mapping[Dialect, MergeRules] = {
    "knock": MergeRules(),
    "suprsend": MergeRules(moves_subscriptions=True),
    "notiflows": MergeRules(Filling.FILL_GAPS, moves_subscriptions=True),
}


async def merge_users(call: Call, dialect: Dialect, primary: Place, secondary: Place, answer: Callable[[Done], R]) -> R:
    """Merges one user into another by a dialect's rules, and returns the answer that a receipt keeps as well.

    Raises MissingError or RefusedError.
    """
    done = await call.services.directory.merges.merge(
        primary,
        secondary,
        rules=merge_rules(dialect, call.environment),
        origin=call.origin,
        receipt=call.receipt(answer),
    )
    await call.services.messaging.lifecycle.follow(done.merge)
    return answer(done)


def merge_rules(dialect: Dialect, environment: Environment) -> MergeRules:
    return structs.replace(RULES[dialect], keeps_nulls=environment.settings.keeps_nulls)
