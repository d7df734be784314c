"""The command `addressee`. A command's module is imported when it runs, so that --help is quick."""

import sys

from cyclopts import App, Parameter

from addressee.cli.errors import CommandError

app = App(
    name="addressee",
    help="A self-hosted recipient directory that delivers.",
    default_parameter=Parameter(negative=()),
)

app.command(
    "addressee.cli.serve:serve",
    help="Run the API and one worker, with an embedded database or your own.",
)
app.command("addressee.cli.work:work", help="Run a further worker, on any machine that reaches the database.")
app.command("addressee.cli.migrate:migrate", help="Bring the database to this version.")
app.command("addressee.cli.push:push", help="Take channels and workflows from the files of a folder.")
app.command(
    "addressee.cli.demo:demo",
    help="Identify and notify 1,000 people through the Knock SDK, and check what arrived.",
)
app.command("addressee.cli.keys:app", name="keys", help="Create, list and revoke API keys.")
app.command("addressee.cli.environments:app", name="environments", help="Show and change environments.")


def main() -> None:
    """What goes wrong for reasons that a person can change ends in one line and exit code 1."""
    import structlog

    from addressee.database.errors import SetupError
    from addressee.processes import ProcessError

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        app()
    except (CommandError, SetupError, ProcessError, OSError) as error:
        sys.exit(f"addressee: {error}")
