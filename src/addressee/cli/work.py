"""The command `work`: runs jobs until a signal stops it."""

from addressee import logs
from addressee.cli.signals import stop_on_signals
from addressee.database.installation import Installation
from addressee.database.opening import wait_for_database
from addressee.dialects.webhook_forms import FORMS
from addressee.messaging.worker import run
from addressee.process_memory import tune_memory


async def work(installation: Installation) -> None:
    logs.configure()
    await wait_for_database(installation)
    tune_memory()
    await run(installation, stop_on_signals(), FORMS)
