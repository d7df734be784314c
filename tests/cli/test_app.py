"""The help of the commands, and the libraries that they load."""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from addressee.cli.app import app
from addressee.database.embedded.server import EmbeddedPostgres
from addressee.database.installation import Installation
from tests.support.command import addressee, addressee_anew
from tests.support.servers import CARELESS


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, group
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


COMMANDS = dict(commands(app, "addressee"))


def without_spaces(text: str) -> str:
    """Help is broken into lines where it fits."""
    return "".join(text.split())


@pytest.mark.parametrize("name", COMMANDS)
async def test_help_says_all_that_the_code_says(name: str) -> None:
    command = COMMANDS[name]
    shown = await addressee(*name.split()[1:], "--help")
    assert (shown.code, shown.errors) == (0, "")
    said = without_spaces(shown.output)
    assert command.callback is not None
    assert without_spaces(inspect.getdoc(command.callback) or "nothing is said of it") in said
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in said
            assert without_spaces(parameter.help or "nothing is said of it") in said


async def test_angle_brackets_and_asterisks_are_shown() -> None:
    shown = await addressee("push", "--help")
    assert "FOLDER holds channels/<key>.yaml, workflows/<key>.yaml, variables.yaml," in shown.output


async def test_the_version_is_shown() -> None:
    assert await addressee_anew("--version") == (0, "0.1.0\n", "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ("keys", "create", "--environment", "development", "--kind", "golden"),
            "Error: Invalid value for '--kind': 'golden' is not one of 'secret', 'public', 'workspace', 'api'",
        ),
        (("serve", "--port", "70000"), "Error: Invalid value for '--port': 70000 is not in the range 0<=x<=65535."),
        (("environments", "set", "staging"), "Error: Missing argument 'NAME=VALUE...'."),
        (("keys", "lits"), "Error: No such command 'lits'."),
    ],
)
async def test_what_cannot_be_understood_is_said(arguments: tuple[str, ...], complaint: str) -> None:
    code, output, errors = await addressee_anew(*arguments)
    assert (code, output) == (2, "")
    assert errors.splitlines()[-1].startswith(complaint)


LOADED = """
import json, sys
from addressee.cli import main

try:
    main()
except SystemExit:
    pass
loaded = {
    name.partition(".")[0]
    for name, module in sys.modules.items()
    if "site-packages" in str(getattr(module, "__file__", None))
}
print(json.dumps(sorted(name for name in loaded if not name.startswith("_"))))
"""


def libraries(*arguments: str) -> set[str]:
    """Returns the modules that a command has loaded when it ends, but for the interpreter's own."""
    shown = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=True)
    return set(json.loads(shown.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [(), ("--help",), ("push", "--help"), ("keys", "create", "--help")])
def test_help_loads_what_reads_options_alone(arguments: tuple[str, ...]) -> None:
    assert libraries(*arguments) == {"click"}


async def test_a_command_loads_what_it_needs_alone(tmp_path: Path) -> None:
    async with EmbeddedPostgres(Installation(tmp_path).postgres_folder, settings=CARELESS):
        await addressee("keys", "list", "--data-dir", tmp_path)
        for command in (("keys", "list"), ("environments", "show")):
            assert libraries(*command, "--data-dir", str(tmp_path)) <= {
                "asyncpg",
                "click",
                "cryptography",
                "msgspec",
                "typing_extensions",
                "tzdata",
                "uuid_utils",
            }
