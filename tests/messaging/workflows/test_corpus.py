"""Folders with scenarios: each is pushed and played through. The corpus uses every step and setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from addressee.messaging.definitions.reading import read
from tests.messaging.office import Office
from tests.messaging.scenarios import play, read_scenario

ROOT = Path(__file__).parents[3]
SCENARIOS = [*ROOT.glob("tests/corpus/*/scenario.yaml"), *ROOT.glob("docs/*/**/scenario.yaml")]
FORMAT = ROOT / "docs" / "workflows" / "format.md"
EXAMPLES = FORMAT.parent / "examples"
RECIPES = ROOT / "docs" / "cookbook"


@pytest.mark.parametrize("file", sorted(SCENARIOS), ids=lambda file: str(file.parent.relative_to(ROOT)))
async def test_a_folder(office: Office, file: Path) -> None:
    told, expected = await play(office, file.parent / "push", read_scenario(file))
    assert told == expected


def test_the_documentation_shows_the_example_as_it_is_pushed(tmp_path: Path) -> None:
    """All but the tags, which are not shown there."""
    shown = FORMAT.read_text().split("## A workflow\n\n```yaml\n")[1].split("```")[0]
    (tmp_path / "shown.yaml").write_text(shown)
    pushed = read(FORMAT.parent / "example" / "push" / "workflows" / "comment" / "workflow.yaml", ROOT).value
    assert read(tmp_path / "shown.yaml", tmp_path).value == {
        name: value for name, value in pushed.items() if name != "tags"
    }


@pytest.mark.parametrize("example", sorted(EXAMPLES.iterdir()), ids=lambda example: example.name)
def test_a_page_shows_its_example_as_it_is_pushed(example: Path) -> None:
    shown = (FORMAT.parent / f"{example.name}.md").read_text().split("```yaml\n")[1].split("```")[0]
    assert shown in [file.read_text() for file in (example / "push" / "workflows").glob("*.yaml")]


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*/README.md")), ids=lambda recipe: recipe.parent.name)
def test_a_recipe_shows_its_workflow_as_it_is_pushed(recipe: Path) -> None:
    shown = recipe.read_text().split("```yaml\n")[1].split("```")[0]
    assert shown in [file.read_text() for file in (recipe.parent / "push" / "workflows").glob("*.yaml")]
    assert f"]({recipe.parent.name})" in (RECIPES / "README.md").read_text()
