"""Data to begin a test run with: what the schema gives as examples, else the names that templates use."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.dashboard.workflows.trials.example_data import example_data, example_of
from addressee.messaging.content.sms import SmsTemplate
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.workflows.model import Workflow


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "object", "examples": [{"a": 1}], "properties": {"b": {}}}, {"a": 1}),
        (
            {"properties": {"a": {"default": 2}, "b": {"enum": ["x", "y"]}, "c": {"const": None}}},
            {"a": 2, "b": "x", "c": None},
        ),
        (
            {"properties": {"n": {"type": "integer"}, "l": {"type": ["array", "null"]}, "o": {"type": "object"}}},
            {"n": 0, "l": [], "o": {}},
        ),
        ({"type": []}, ""),
        (True, None),
    ],
)
def test_an_example_of_a_schema(schema: Any, example: Any) -> None:
    assert example_of(schema) == example


def test_a_schema_within_itself_ends() -> None:
    schema: dict[str, Any] = {"properties": {}}
    schema["properties"]["a"] = schema
    assert "a" in example_of(schema)


def test_names_of_templates_without_a_schema() -> None:
    step = ChannelStep(ref="a", channel="sms", template=SmsTemplate(body="{{ data.page }} {{ data.who }} {{ vars.x }}"))
    assert example_data(Workflow(name="A", steps=(step,))) == {"page": "", "who": ""}
