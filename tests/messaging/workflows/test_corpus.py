"""Folders with scenarios: each is pushed and played through. The corpus uses every step and setting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from addressee.messaging.definitions.reading import read
from addressee.messaging.steps.channels.channel_file import ChannelStepFile
from addressee.messaging.steps.channels.channel_group import ChannelGroupStepFile
from addressee.messaging.steps.compiler import StepFile
from addressee.messaging.steps.kinds import FORMS, form_of
from addressee.messaging.workflows.files.workflows import WorkflowFile
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


def test_the_corpus_uses_every_step_and_setting() -> None:
    files = [
        *ROOT.glob("tests/corpus/*/push/workflows/*.yaml"),
        *ROOT.glob("tests/corpus/*/push/workflows/*/workflow.*"),
    ]
    workflows = [read(file, file.parent).value for file in files]
    used = {name for workflow in workflows for step in steps_in(workflow) for name in said_by(step)}
    used |= {f"WorkflowFile.{field.removesuffix('@')}" for workflow in workflows for field in workflow}
    used |= {f"WorkflowFile.settings.{name}" for workflow in workflows for name in workflow.get("settings", ())}
    assert {*FORMS, *fields_of(WorkflowFile), *fields_of(*FORMS.values())} - used == set()


def steps_in(value: Any) -> Iterator[dict[str, Any]]:
    """Yields all steps, nested ones included."""
    if isinstance(value, dict) and isinstance(value.get("ref"), str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from steps_in(part)


def said_by(step: dict[str, Any]) -> Iterator[str]:
    """Yields the type, the fields and the settings that a step uses."""
    form = form_of(step)
    assert form is not None
    if form is ChannelGroupStepFile:  # the same fields
        form = ChannelStepFile
    yield step.get("type", "")
    # These have the same meaning in all forms.
    yield from (f"{each.__name__}.{name}" for each in FORMS.values() for name in COMMON & step.keys())
    yield from (f"{form.__name__}.{name.removesuffix('@')}" for name in step)
    yield from (f"{form.__name__}.settings.{name}" for name in step.get("settings", ()))


COMMON = {field.encode_name for field in msgspec.structs.fields(StepFile)}


def fields_of(*forms: type[msgspec.Struct]) -> Iterator[str]:
    """Yields the names of the fields of forms, and of their settings."""
    for form in forms:
        for field in msgspec.structs.fields(form):
            yield f"{form.__name__}.{field.encode_name}"
            for settings in (field.type, *get_args(field.type)) if field.name == "settings" else ():
                if isinstance(settings, type) and issubclass(settings, msgspec.Struct):
                    names = (each.encode_name for each in msgspec.structs.fields(settings))
                    yield from (f"{form.__name__}.settings.{name}" for name in names)


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
