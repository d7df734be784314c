"""What most commands need to know: which installation they work on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import asyncpg
from cyclopts import Parameter

from addressee.cli.errors import CommandError
from addressee.database.installation import DATA_DIR, DATABASE_URL, DEFAULT_DATA_DIR, Installation
from addressee.database.opening import open_database
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Place:
    """Which installation.

    Parameters
    ----------
    data_dir
        The folder of the embedded database and the master key; created when it is missing.
    database_url
        Your own PostgreSQL, 15 or newer, instead of the embedded one.
    """

    data_dir: Annotated[Path, Parameter(env_var=DATA_DIR)] = Path(DEFAULT_DATA_DIR)
    database_url: Annotated[str | None, Parameter(env_var=DATABASE_URL)] = None

    @property
    def installation(self) -> Installation:
        return Installation(self.data_dir.absolute(), self.database_url or None)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Pool, Sealer]]:
        """The database for one command, whether a server runs or not.

        Raises SetupError, ProcessError or CommandError when it cannot be used.
        """
        async with open_database(self.installation) as target:
            pool = await open_pool(target, max_size=2)
            try:
                yield pool, Sealer(self.installation.master_key())
            except (
                asyncpg.PostgresConnectionError,
                asyncpg.OperatorInterventionError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
            ):
                raise CommandError("The database ended the connection; try again.") from None
            finally:
                await pool.close()


HERE = Place()
