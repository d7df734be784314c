"""Data to begin a test run with: an example that a schema gives or allows, else the names that templates use. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.dashboard.workflows.trials.template_hints import DATA, uses_in
from addressee.messaging.workflows.model import Workflow

MAX_DEPTH = 5

BY_TYPE: Mapping[str, Any] = {"string": "", "number": 0, "integer": 0, "boolean": True, "array": [], "null": None}


def example_data(workflow: Workflow) -> Any:
    """Returns data for a trigger of a workflow, which whoever tests it completes."""
    schema = workflow.trigger_data_schema
    if schema is not None:
        return example_of(schema)
    names = [use.name for use in uses_in(workflow, DATA)]
    return {name: "" for name in names if name is not None}


def example_of(schema: Any, depth: int = 0) -> Any:
    """Returns an example of a schema: its own, else one with all properties that it names."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return None
    for name in ("examples", "enum"):
        if isinstance(schema.get(name), list) and schema[name]:
            return schema[name][0]
    for name in ("example", "default", "const"):
        if name in schema:
            return schema[name]
    if isinstance(schema.get("properties"), dict):
        return {name: example_of(each, depth + 1) for name, each in schema["properties"].items()}
    type = schema.get("type", "object" if depth == 0 else "string")
    if isinstance(type, list):
        type = type[0] if type else "string"
    return {} if type == "object" else BY_TYPE.get(type, "")
