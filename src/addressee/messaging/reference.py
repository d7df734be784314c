"""Naming a recipient within an environment."""

from __future__ import annotations

from typing import NamedTuple

from addressee.directory.recipient import Place


class Reference(NamedTuple):
    """A recipient as callers name it. Who it is (see `Recipient.uid`) is looked up when it matters."""

    collection: str
    id: str

    def at(self, environment_id: int) -> Place:
        return Place(environment_id, self.collection, self.id)
