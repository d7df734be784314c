"""The folder in Knock's format uses everything that there is: so whatever is pushed and pulled of it, all of it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from addressee.messaging.content.blocks.model import VisualBlock
from addressee.messaging.content.templating import liquid
from addressee.messaging.workflows.folders.extraction import READONLY, SCHEMA

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests" / "corpus" / "knock" / "push"
TEXTS = [file.read_text() for file in CORPUS.rglob("*") if file.is_file()]
WORKFLOWS = [json.loads(file.read_text()) for file in CORPUS.glob("workflows/*/workflow.json")]
BLOCKS = [json.loads(file.read_text()) for file in CORPUS.glob("workflows/**/visual_blocks.json")]

PAGE = (ROOT / "docs" / "workflows" / "knock-files.md").read_text()
ROWS = [line.split("|")[1:-1] for line in PAGE.split("## Addresses")[0].splitlines() if line.startswith("| `")]

# The types of steps that Knock has, and its operators.
TYPES = {
    *("ai_agent", "batch", "branch", "channel", "delay", "http_fetch", "random_cohort", "throttle", "trigger_workflow"),
    *("update_audience", "update_data", "update_object", "update_tenant", "update_user", "wait_for_event"),
}
OPERATORS = {
    *("equal_to", "not_equal_to", "greater_than", "less_than", "greater_than_or_equal_to", "less_than_or_equal_to"),
    *("contains", "not_contains", "contains_all", "not_contains_all", "is_between", "is_timestamp"),
    *("is_timestamp_before", "is_timestamp_on_or_after", "is_timestamp_between", "is_audience_member"),
    *("is_not_audience_member", "empty", "not_empty", "exists", "not_exists"),
}

# Tags that are parts of others, or write the same in another way; filters that are for HTML, which is not in the texts.
OTHER_TAGS = {"content", "output", "illegal", "doc", "ifchanged", "literal"}
OTHER_FILTERS = {"safe"}


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(part)


def names_in(*values: Any) -> set[str]:
    return {name.removesuffix("@") for value in values for each in mappings(value) for name in each}


def fields_of_page() -> set[str]:
    """Returns the names of all fields of steps and templates that the page on Knock's files tells of."""
    named = [name for first, _ in ROWS for name in re.findall(r"`([\w.]+)`", first)]
    others = [name for first, second in ROWS if first.strip("` ") in TYPES for name in re.findall(r"`(\w+)`", second)]
    return {name.rpartition(".")[2] for name in (*named, *others)} - TYPES


def test_every_field_of_a_step_and_of_a_template() -> None:
    assert fields_of_page() > {"subject", "action_buttons", "to_number", "batch_key", "cohort_key"}
    assert fields_of_page() - names_in(WORKFLOWS) == set()


def test_every_field_of_a_workflow() -> None:
    assert {
        *("name", "description", "categories", "tags", "steps", "conditions", "trigger_frequency", "settings"),
        *("trigger_data_json_schema", READONLY, SCHEMA),
    } == {name for workflow in WORKFLOWS for name in workflow}


def test_every_type_of_step() -> None:
    assert {each["type"] for each in mappings(WORKFLOWS) if "ref" in each and "type" in each} == TYPES


def test_every_operator() -> None:
    assert {each["operator"] for each in mappings(WORKFLOWS) if "variable" in each} == OPERATORS


@pytest.mark.parametrize("block", sorted(VisualBlock.__subclasses__(), key=str))
def test_every_block_with_all_its_fields(block: type[VisualBlock]) -> None:
    tag = block.__struct_config__.tag
    used = names_in(*(each for each in mappings(BLOCKS) if each.get("type") == tag))
    assert set(fields_in(block)) - used == set()


def fields_in(form: type[msgspec.Struct]) -> Iterator[str]:
    """Yields the names of the fields of a form, and of those that it is made of, but not of other blocks."""
    for field in msgspec.structs.fields(form):
        yield field.encode_name
        for part in (field.type, *get_args(field.type)):
            if isinstance(part, type) and issubclass(part, msgspec.Struct) and not issubclass(part, VisualBlock):
                yield from fields_in(part)


def test_every_filter_and_tag() -> None:
    texts = "\n".join(TEXTS)
    used = set(re.findall(r"\|\s*(\w+)", texts))
    assert set(liquid.PLAIN.filters) - used == OTHER_FILTERS
    tags = set(re.findall(r"\{%-?\s*(\w+)", texts)) | ({"#"} if "{% #" in texts else set())
    assert {name for name in liquid.PLAIN.tags if name not in OTHER_TAGS} - tags == set()
