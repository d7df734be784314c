"""docs/workflows/visual-blocks.md shows its example as it is pushed, and what it says of inputs is so."""

import re
from pathlib import Path
from typing import get_args

import pytest

from addressee.messaging.content.blocks.inputs import AnyInput
from addressee.messaging.content.blocks.model import AnyBlock
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from tests.messaging.office import write_files

PAGE = Path("docs/workflows/visual-blocks.md").read_text(encoding="utf-8")
EXAMPLE = Path("docs/workflows/examples/visual-blocks/push")
SHOWN = dict(re.findall(r"`((?:layouts|partials|workflows)/[^`]+)`\n\n```\w+\n(.*?)```", PAGE, re.DOTALL))


def files() -> dict[str, str]:
    return {path.relative_to(EXAMPLE).as_posix(): path.read_text() for path in EXAMPLE.rglob("*.*") if path.is_file()}


def types_of(rows: str) -> set[str]:
    return {
        name for row in re.findall(r"^\| (`[^|]*`) \|", rows, re.MULTILINE) for name in re.findall("`([^`]+)`", row)
    }


def section(name: str) -> str:
    return PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0]


def test_the_example_is_shown_as_it_is_pushed() -> None:
    assert {name: text for name, text in files().items() if not name.startswith("channels")} == SHOWN


def test_a_mistake_is_shown_as_it_is_told(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```\n(workflows/.*?)\n```", PAGE, re.DOTALL)
    wrong = files()
    workflow = wrong["workflows/receipt.yaml"]
    wrong["workflows/receipt.yaml"] = workflow.replace('            text: "{{ data.order.title }}"\n', "")
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(tmp_path, wrong), {})
    assert [str(problem) for problem in error.value.problems] == [shown]


def test_all_types_of_blocks_and_inputs_are_in_the_tables() -> None:
    known = {str(each.__struct_config__.tag) for each in get_args(AnyBlock)}
    assert types_of(section("Blocks")) - {"type", "variant", "size_attrs", "style_attrs"} == known
    assert types_of(section("Partials")) - {"type"} == {str(each.__struct_config__.tag) for each in get_args(AnyInput)}
