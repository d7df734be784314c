"""The variables of an environment: templates see all of them as `vars`, and feeds show those that are public."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.recipient import Document

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of an environment. No name is both private and public."""

    private: Document = field(default_factory=dict)
    public: Document = field(default_factory=dict)

    @property
    def all(self) -> Document:
        return {**self.private, **self.public}

    def replaced(self, private: Document | None, public: Document | None) -> Variables:
        """Returns the variables with all private or all public ones replaced; None keeps them.

        A new variable replaces a kept one of the same name, whether that was public or private.
        """
        return Variables(
            private=without(self.private, public or {}) if private is None else private,
            public=without(self.public, private or {}) if public is None else public,
        )


def without(document: Document, names: Document) -> Document:
    return {name: value for name, value in document.items() if name not in names}


async def read_variables(database: Pool | Connection, environment_id: int) -> Variables:
    row = await database.fetchrow(*SQL["variables"](environment_id=environment_id))
    if row is None:
        return Variables()
    document: Document = msgspec.json.decode(row["document"])
    names = set(row["public_names"])
    return Variables(
        private={name: value for name, value in document.items() if name not in names},
        public={name: value for name, value in document.items() if name in names},
    )


async def store_variables(connection: Connection, environment_id: int, variables: Variables) -> None:
    await connection.execute(
        *SQL["upsert_variables"](
            environment_id=environment_id,
            document=msgspec.json.encode(variables.all),
            public_names=list(variables.public),
        )
    )
