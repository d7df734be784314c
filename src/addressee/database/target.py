"""The address of the database: a URL of the operator's own server, or the socket folder of the embedded one."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from addressee.database.errors import SetupError


@dataclass(frozen=True, slots=True)
class Target:
    """The arguments for `asyncpg.connect`. The representation leaves them out: they hold a password."""

    arguments: dict[str, Any]
    embedded: bool

    @classmethod
    def from_url(cls, url: str) -> "Target":
        return cls({"dsn": url}, embedded=False)

    def __repr__(self) -> str:
        return "Target(embedded)" if self.embedded else "Target(url)"


async def answers(target: Target) -> bool:
    """Returns whether the server takes connections. Raises SetupError when it refuses the password."""
    try:
        connection = await asyncpg.connect(**target.arguments, timeout=10)
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return False
    except asyncpg.InvalidPasswordError:
        raise SetupError("The database refuses its password: was the file or the URL changed?") from None
    await connection.close()
    return True
