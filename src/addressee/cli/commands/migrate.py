"""The command `migrate`, run before an upgrade, and with `--finish` after it."""

from addressee.database.installation import Installation
from addressee.database.migrate import VERSION
from addressee.database.opening import migrate_database


async def migrate(installation: Installation, *, finish: bool) -> None:
    for name in await migrate_database(installation, finish=finish):
        print(f"Applied {name}.")
    print(f"The database is at version {VERSION}.")
