"""A worker: runs jobs until it is told to stop."""

from addressee.cli.options import HERE, Place


async def work(*, place: Place = HERE) -> None:
    """Run a further worker. Another process serves or at least migrated the database."""
    from addressee import logs
    from addressee.cli.signals import stop_on_signals
    from addressee.database.opening import wait_for_database
    from addressee.messaging.worker import run

    logs.configure()
    await wait_for_database(place.installation)
    await run(place.installation, stop_on_signals())
