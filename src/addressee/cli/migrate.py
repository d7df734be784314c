"""The command `migrate`, run before an upgrade, and with `--finish` after it."""

from addressee.database.installation import Installation
from addressee.database.migrate import VERSION
from addressee.database.migrate import migrate as apply
from addressee.database.opening import reach_database


async def migrate(installation: Installation, *, finish: bool) -> None:
    async with reach_database(installation) as reached:
        applied = await apply(reached.target, finish=finish or reached.alone)
    for name in applied:
        print(f"Applied {name}.")
    print(f"The database is at version {VERSION}.")
