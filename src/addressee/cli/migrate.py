"""Migrates a database of your own before an upgrade, and tidies it up afterwards."""

from addressee.cli.options import HERE, Place


async def migrate(*, finish: bool = False, place: Place = HERE) -> None:
    """Bring the database to this version.

    Parameters
    ----------
    finish
        Also remove what only the version before needs. Do this when none of its processes runs any more.
    """
    from addressee.database.migrate import VERSION
    from addressee.database.migrate import migrate as apply
    from addressee.database.opening import reach_database

    async with reach_database(place.installation) as reached:
        applied = await apply(reached.target, finish=finish or reached.alone)
    for name in applied:
        print(f"Applied {name}.")
    print(f"The database is at version {VERSION}.")
