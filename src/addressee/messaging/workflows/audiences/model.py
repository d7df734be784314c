"""Audiences in the form in which they are stored."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from addressee.conditions.model import Conditions
from addressee.conditions.operators import AUDIENCE_OPERATORS
from addressee.messaging.definitions.model import Definition, Name

# By their content, so none is ever out of date.
CACHED_AUDIENCES = 1000

# What nobody fits: there is no group of which all conditions could be true.
NOBODY = Conditions(())


class AudienceType(StrEnum):
    """The two types of audience: members are added and removed, or follow conditions on users."""

    STATIC = "static"
    DYNAMIC = "dynamic"


class SegmentCondition(Definition, frozen=True, kw_only=True, omit_defaults=True):
    """A condition as its file has it: `property` is a path like `recipient.plan`."""

    property: str
    operator: str
    argument: Any = None


class Segment(Definition, frozen=True):
    """Conditions that are all true of the users in this part of an audience."""

    conditions: tuple[SegmentCondition, ...]


class Audience(Definition, frozen=True, kw_only=True, omit_defaults=True):
    """An audience. A user is a member of a dynamic one who is in one of its `segments`.

    `conditions` are these segments, compiled.
    """

    name: Name
    type: AudienceType
    description: str | None = None
    segments: tuple[Segment, ...] = ()
    conditions: Conditions = NOBODY

    @property
    def is_dynamic(self) -> bool:
        return self.type is AudienceType.DYNAMIC

    @property
    def audiences(self) -> frozenset[str]:
        """The keys of the audiences whose members its conditions ask for."""
        return frozenset(
            condition.argument
            for condition in self.conditions.all
            if condition.operator in AUDIENCE_OPERATORS and isinstance(condition.argument, str)
        )


@lru_cache(maxsize=CACHED_AUDIENCES)
def read_audience(content: bytes) -> Audience:
    """Returns the audience that is stored as this. Contents that were read before are not read again."""
    return msgspec.json.decode(content, type=Audience)
