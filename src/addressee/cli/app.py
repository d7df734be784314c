"""The commands and their options."""

from pathlib import Path

import click

from addressee.cli.asynchronous import asynchronous
from addressee.cli.commands.channels import channels
from addressee.cli.commands.environments import environments
from addressee.cli.commands.imports import imports
from addressee.cli.commands.keys import keys
from addressee.cli.commands.links import links
from addressee.cli.commands.operators import operators
from addressee.cli.commands.secrets import secrets
from addressee.cli.commands.suppressions import suppressions
from addressee.cli.commands.webhook_deliveries import deliveries, resend, test
from addressee.cli.commands.webhooks import webhooks
from addressee.cli.options import (
    InstallationOptions,
    authorship_options,
    environment_name,
    installation_options,
    private_webhooks,
)


@click.group()
@click.version_option(package_name="addressee", message="%(version)s")
def app() -> None:
    """A self-hosted recipient directory that delivers."""


@app.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 for any free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes answer requests.",
)
@click.option(
    "--senders",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many worker processes carry out workflows and send.",
)
@click.option(
    "--postgres-setting",
    "postgres_settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="A setting of the embedded PostgreSQL; give it again for another one. "
    "Those of its memory follow the machine's otherwise.",
)
@private_webhooks
@installation_options
@asynchronous
async def serve(
    options: InstallationOptions,
    host: str,
    port: int,
    workers: int,
    senders: int,
    postgres_settings: tuple[str, ...],
) -> None:
    """Run the API and the workers.

    The database is embedded unless --database-url names one of your own.
    """
    from addressee.cli.serve import Processes, serve

    await serve(options.installation, host, port, Processes(workers, senders), postgres_settings)


@app.command()
@private_webhooks
@installation_options
@asynchronous
async def work(options: InstallationOptions) -> None:
    """Run a further worker.

    It may run on any machine that reaches the database, which another process serves or at least migrated.
    """
    from addressee.cli.work import work

    await work(options.installation)


@app.command()
@click.option(
    "--finish",
    is_flag=True,
    help="Also remove what only the version before needs. Do this when none of its processes runs any more.",
)
@installation_options
@asynchronous
async def migrate(options: InstallationOptions, finish: bool) -> None:
    """Bring the database to this version."""
    from addressee.cli.commands.migrate import migrate

    await migrate(options.installation, finish=finish)


@app.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@environment_name
@click.option(
    "--check", is_flag=True, help="Change nothing: show what would change, and exit with 1 if that is anything."
)
@authorship_options
@installation_options
@asynchronous
async def push(
    options: InstallationOptions, folder: Path, environment: str, author: str | None, message: str, *, check: bool
) -> None:
    """Take channels and workflows from files.

    FOLDER holds channels/<key>.yaml, workflows/<key>.yaml, variables.yaml, public_variables.yaml, categories.yaml and
    preferences.yaml; each may be missing. With a knock.json, the folder that it names holds them.

    Everything is checked first. When anything is wrong, every mistake is shown with its file and line, and nothing is
    changed. What no file of the folder defines stays as it is.
    """
    from addressee.cli.authorship import authorship
    from addressee.cli.commands.folders import push

    if check:
        await push.check(options, folder, environment)
    else:
        await push.push(options, folder, environment, authorship(author, message))


@app.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@environment_name
@click.option("--force", is_flag=True, help="Overwrite and remove files that differ, without asking.")
@installation_options
@asynchronous
async def pull(options: InstallationOptions, folder: Path, environment: str, *, force: bool) -> None:
    """Write what an environment has as files.

    What was pushed from files comes back byte for byte; what came by the management API is written as Knock's command
    line does. Channels are written where FOLDER has none of their key, with variables in the place of secrets.

    Files that differ are overwritten once you agree.
    """
    from addressee.cli.commands.folders.pull import pull

    await pull(options, folder, environment, force=force)


@app.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@environment_name
@installation_options
@asynchronous
async def diff(options: InstallationOptions, folder: Path, environment: str) -> None:
    """Show how a folder differs from what an environment has.

    The exit code is 0 when they are alike, and 1 when they differ.
    """
    from addressee.cli.commands.folders.diff import diff

    await diff(options, folder, environment)


@app.command()
@click.option("--from", "source", required=True, metavar="ENVIRONMENT", help="The environment that has it.")
@click.option("--to", "target", required=True, metavar="ENVIRONMENT", help="The environment that gets it.")
@click.option(
    "--only", multiple=True, metavar="KIND/KEY", help="Only this, like workflow/welcome; give it again for more."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@authorship_options
@installation_options
@asynchronous
async def promote(
    options: InstallationOptions,
    source: str,
    target: str,
    only: tuple[str, ...],
    author: str | None,
    message: str,
    *,
    yes: bool,
) -> None:
    """Make live in one environment what is live in another: workflows, layouts, partials.

    Everything happens together or not at all. Channels, variables and preferences are each environment's own.
    """
    from addressee.cli.authorship import authorship
    from addressee.cli.commands.folders.promote import promote

    why = message or f"Promoted from {source}"
    await promote(options, source, target, only, authorship(author, why), agreed=yes)


@app.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--workflow", required=True, help="The key of the workflow.")
@click.option(
    "--recipient", required=True, help="An id, or somebody as JSON: a file like ada.json, or the JSON itself."
)
@click.option("--data", help="The trigger's data as JSON, or a list: the data of several triggers, for batches.")
@click.option("--tenant", help="The tenant, like --recipient.")
@click.option("--actor", help="The actor, like --recipient.")
@click.option("--channel", "channels", multiple=True, help="A channel to show; give it again for another one.")
@click.option("--event", "events", multiple=True, help="The ref of a step that waits: its event comes in time.")
@click.option("--answers", help="What fetch steps are answered, as JSON: an object by their refs.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder to write each message to, in files.")
def preview(
    folder: Path,
    workflow: str,
    recipient: str,
    data: str | None,
    tenant: str | None,
    actor: str | None,
    channels: tuple[str, ...],
    events: tuple[str, ...],
    answers: str | None,
    out: Path | None,
) -> None:
    """Show the messages of a workflow for somebody, without a server and without sending anything.

    FOLDER is one that `push` takes. Delays pass at once, conditions and preferences count. A message that would not be
    sent, for want of an address say, is shown with the reason.
    """
    from addressee.cli.commands.folders.preview import PreviewOptions, run

    run(folder, PreviewOptions(workflow, recipient, data, tenant, actor, answers, channels, events, out))


@app.command()
@click.argument("vendor", type=click.Choice(["suprsend", "notiflows", "novu"]))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write.")
@click.option("--force", is_flag=True, help="Overwrite files that exist in the folder.")
def convert(vendor: str, files: tuple[Path, ...], out: Path, *, force: bool) -> None:
    """Make a folder that `push` takes of another vendor's workflows.

    FILES are the vendor's files of JSON, or folders of them, templates included.

    Everything that needs a hand is told with its file and line, and stands in conversion.md. The exit code is 0 when
    everything was converted exactly, 1 when something needs a hand, and 2 for files that cannot be converted.
    """
    from addressee.cli.commands.folders.convert import run

    run(vendor, files, out, force=force)


@app.command()
@click.argument("kind", type=click.Choice(["workflow"]))
def schema(kind: str) -> None:
    """Show the JSON schema of a workflow's file, which editors complete and check by."""
    from addressee.cli.commands.folders.schema import schema

    schema()


@app.command()
@click.option("--stay", is_flag=True, help="Go on serving what the demo made, with a dashboard to look at it.")
@asynchronous
async def demo(stay: bool) -> None:
    """Do the main job on real input, and check it.

    Identifies and notifies 1,000 people through the official Knock SDK, and checks what arrived. Everything happens in
    a service of the demo's own, on a temporary folder that is removed in the end.
    """
    from addressee.cli.demo import demo

    await demo(stay=stay)


app.add_command(keys)
app.add_command(imports)
app.add_command(environments)
app.add_command(channels)
app.add_command(links)
app.add_command(operators)
app.add_command(secrets)
app.add_command(suppressions)
app.add_command(webhooks)
for command in (test, deliveries, resend):
    webhooks.add_command(command)
