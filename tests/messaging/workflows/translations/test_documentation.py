"""The page on translations shows its example as it is pushed; the scenario beside it is played with all others."""

import re
from pathlib import Path
from shutil import copytree

from addressee.messaging.workflows.configuration import read_configuration

PAGE = Path(__file__).parents[4] / "docs" / "workflows" / "translations.md"
EXAMPLE = PAGE.parent / "examples" / "translations" / "push"
SHOWN = dict(re.findall(r"`((?:translations|workflows)/[^`]+)`\n\n```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL))


def test_the_example_is_shown_as_it_is_pushed() -> None:
    files = {path.relative_to(EXAMPLE).as_posix(): path.read_text() for path in EXAMPLE.rglob("*.*") if path.is_file()}
    assert {name: text for name, text in files.items() if not name.startswith("channels")} == SHOWN


def test_the_warning_is_shown_as_it_is_told(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```\nwarning: (.*)\n```", PAGE.read_text())
    copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    workflow = tmp_path / "workflows" / "shipped.yaml"
    workflow.write_text(workflow.read_text().replace('"greeting"', '"greting"'))
    assert list(map(str, read_configuration(tmp_path, {}).warnings)) == [shown]
