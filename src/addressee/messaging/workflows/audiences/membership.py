"""Decides which audiences a user is a member of: those the user was added to, and those whose conditions hold. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from addressee.conditions.evaluation import is_path
from addressee.conditions.groups import holds
from addressee.conditions.operators import ConditionContext
from addressee.directory.recipient import Document
from addressee.messaging.workflows.audiences.model import Audience

RECIPIENT = "recipient"


def named_by(arguments: Iterable[Any], dynamic: Collection[str]) -> frozenset[str]:
    """Returns the keys of the dynamic audiences that conditions with these arguments ask for.

    An argument that is looked up may name any of them.
    """
    found = set()
    for argument in arguments:
        if not isinstance(argument, str) or is_path(argument):
            return frozenset(dynamic)
        found.add(argument)
    return frozenset(found.intersection(dynamic))


@dataclass(frozen=True, slots=True)
class Membership:
    """The audiences of one user at one moment.

    `document` is what conditions see of the user, `added` are the audiences that the user was added to, `dynamic` all
    dynamic ones by their keys. Audiences that ask for each other are evaluated once each.
    """

    document: Document
    added: Collection[str]
    dynamic: Mapping[str, Audience]
    now: datetime
    _known: dict[str, bool] = field(default_factory=dict)

    def holds(self, key: str) -> bool:
        """Returns whether the user is a member of an audience."""
        audience = self.dynamic.get(key)
        if audience is None:
            return key in self.added
        if key not in self._known:
            self._known[key] = False  # for circles, which no deployment lets in
            asked = frozenset(each for each in audience.audiences if self.holds(each))
            context = ConditionContext({RECIPIENT: self.document}, asked, self.now)
            self._known[key] = holds(audience.conditions, context)
        return self._known[key]

    def among(self, keys: Collection[str]) -> frozenset[str]:
        """Returns the audiences of the user: of the dynamic ones, those that have one of these keys."""
        added = (key for key in self.added if key not in self.dynamic)
        return frozenset((*added, *(key for key in keys if key in self.dynamic and self.holds(key))))
