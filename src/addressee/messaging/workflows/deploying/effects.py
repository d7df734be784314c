"""Effects of a deployment, for each thing that it deploys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Deployed:
    """The effect of a deployment on one thing: `channel email`, `channel group phones`, `audience beta`,
    `partial footer`, `layout default`, `translation nl`, `workflow welcome`, `variables`, `public variables`,
    `categories` or `preferences`.
    """

    what: str
    effect: Effect


def effect_of(is_new: bool, is_same: bool) -> Effect:
    return Effect.NEW if is_new else Effect.UNCHANGED if is_same else Effect.CHANGED
