"""docs/workflows/push-and-pull.md tells the truth: its commands are carried out in order, and print what it shows."""

import re
import shlex
from pathlib import Path

from tests.support.command import addressee

PAGE = (Path(__file__).parents[3] / "docs" / "workflows" / "push-and-pull.md").read_text()
EXAMPLE = PAGE.split("## Example\n")[1].split("\n## ")[0]
FILES = re.findall(r"`(notifications/[^`]+)`\n\n```yaml\n(.*?)```", EXAMPLE, re.DOTALL)
COMMANDS = re.findall(r"```sh\n(.*?)```(?:\n\n```\n(.*?)```)?", EXAMPLE, re.DOTALL)

# The exit codes of the commands that find a difference; those of the others are 0.
CODES = {
    "addressee push elsewhere --environment production --check": 1,
    "addressee diff elsewhere --environment production": 1,
}


async def test_the_commands_print_what_the_page_shows(tmp_path: Path) -> None:
    for name, text in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for commands, shown in COMMANDS:
        printed = [await run(command, tmp_path) for command in commands.splitlines()]
        assert "".join(printed) == shown
    assert len(COMMANDS) == 6
    assert set(CODES) < {command for commands, _ in COMMANDS for command in commands.splitlines()}


async def run(command: str, place: Path) -> str:
    """Runs a command with folders below a place, and returns what it prints."""
    name, *arguments = shlex.split(command)
    if name == "rm":
        (place / arguments[0]).unlink()
        return ""
    paths = {"notifications", "elsewhere"}
    given = [str(place / each) if each in paths else each for each in arguments]
    done = await addressee(*given, "--data-dir", place / "data")
    assert (done.code, done.errors) == (CODES.get(command, 0), "")
    return done.output
