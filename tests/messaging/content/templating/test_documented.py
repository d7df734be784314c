"""docs/workflows/liquid.md tells the truth: its examples are rendered."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from addressee.messaging.content.templating.liquid import PLAIN, render
from addressee.messaging.content.templating.liquid_filters import KNOCK

PAGE = Path("docs/workflows/liquid.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^\| `(?P<template>[^`]*[{][{%][^`]*)` \| `(?P<printed>[^`]*)` \|$", re.MULTILINE)


def values() -> dict[str, Any]:
    _, _, rest = PAGE.partition("```json\n")
    scope: dict[str, Any] = json.loads(rest.partition("```")[0])
    return scope


EXAMPLES = [(found["template"].replace("\\|", "|"), found["printed"]) for found in EXAMPLE.finditer(PAGE)]


@pytest.mark.parametrize(("template", "printed"), EXAMPLES)
def test_an_example_prints_what_the_page_says(template: str, printed: str) -> None:
    assert render(template, values()) == printed


def test_every_filter_has_an_example() -> None:
    shown = " ".join(template for template, _ in EXAMPLES)
    assert [name for name in KNOCK if not re.search(rf"[|] {name}\b", shown)] == []


@pytest.mark.parametrize("name", ["user", "object", "tenant", "subscriptions"])
def test_filters_that_the_page_calls_missing_are(name: str) -> None:
    assert name not in PLAIN.filters


def test_tags_of_the_page_are_those_that_there_are() -> None:
    _, _, rest = PAGE.partition("## Tags\n")
    rows = [line.split("|")[1] for line in rest.splitlines() if line.startswith("| `")]
    told = {tag for row in rows for tag in re.findall("`([^`]+)`", row)}
    # The library reads texts as they are before it knows of tags, and has names of its own for texts and values.
    assert told == {"raw"} | set(PLAIN.tags) - {"content", "literal", "output", "illegal"}
