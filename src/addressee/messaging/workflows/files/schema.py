"""The JSON schema of workflows' files, made of the forms that `push` checks them against, for editors.

`push` knows more: it refuses whatever this schema refuses, and what depends on other files besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any

import msgspec

from addressee.channels.provider import ChannelType
from addressee.messaging.content.channel_types import TEMPLATES
from addressee.messaging.definitions.joined_files import MARK
from addressee.messaging.steps.channels.channel_file import (
    GUIDE,
    SHORT_NAMES,
    ChannelStepFile,
    overrides_schema,
    template_schema,
)
from addressee.messaging.steps.channels.route import RouteStepFile
from addressee.messaging.steps.kinds import FORMS, SHORT_FORMS
from addressee.messaging.workflows.commits.documents import IGNORED
from addressee.messaging.workflows.files.workflows import WorkflowFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = "#/$defs/{name}"
STEP = "Step"

# The fields of forms that hold nested steps.
NESTED = ("steps", "matched", "timeout")


@lru_cache
def workflow_schema() -> dict[str, Any]:
    """Returns the schema of a workflow's file."""
    forms = dict.fromkeys((*FORMS.values(), *SHORT_FORMS.values(), ChannelStepFile))
    _, definitions = msgspec.json.schema_components([WorkflowFile, *forms], ref_template=REFERENCE)
    definitions |= {STEP: step_schema()}
    definitions[WorkflowFile.__name__]["properties"] |= {name: {} for name in IGNORED}
    describe_templates(definitions)
    for definition in list(walk(definitions)):
        nest_steps(definition)
        take_nulls(definition)
        take_files(definition)
    schema = {
        "$schema": DIALECT,
        "title": "A workflow of Addressee",
        "$ref": REFERENCE.format(name=WorkflowFile.__name__),
        "$defs": definitions,
    }
    # Defaults that are tuples are lists there.
    return msgspec.json.decode(msgspec.json.encode(schema), type=dict[str, Any])


def step_schema() -> dict[str, Any]:
    """Returns the schema of a step: which form it has depends on its type, or on a field where that is left out."""
    typed = [{"if": has("type", {"const": kind}), "then": reference(form)} for kind, form in FORMS.items()]
    untyped = reference(ChannelStepFile)
    for field, form in reversed(list(SHORT_FORMS.items())):
        untyped = {"if": has(field), "then": reference(form), "else": untyped}
    return {
        "type": "object",
        "properties": {"type": one_of({"enum": list(FORMS)})},
        "required": ["ref"],
        "allOf": [*typed, {"if": {"not": has("type")}, "then": untyped}],
    }


GIVEN = {"not": {"type": "null"}}


def has(field: str, schema: Mapping[str, Any] = GIVEN) -> dict[str, Any]:
    """Returns the schema of objects with a field that fits another one; else with one that is not null."""
    return {"properties": {field: schema}, "required": [field]}


def reference(form: type[msgspec.Struct]) -> dict[str, Any]:
    return {"$ref": REFERENCE.format(name=form.__name__)}


def describe_templates(definitions: dict[str, Any]) -> None:
    """Adds the templates of all types of channel to the definitions, and refers to them in channel steps."""
    for form in TEMPLATES.values():
        definitions |= deepcopy(template_schema(form)["$defs"])
    properties = definitions[ChannelStepFile.__name__]["properties"]
    properties["template"] = one_of(*map(reference, TEMPLATES.values()))
    definitions[RouteStepFile.__name__]["properties"]["templates"]["additionalProperties"] = properties["template"]
    properties["channel_overrides"] = one_of(*map(deepcopy, map(overrides_schema, TEMPLATES.values())))
    properties["channel_type"] = one_of({"enum": [*ChannelType, GUIDE]})
    for name, type in SHORT_NAMES.items():
        properties[name] = one_of(reference(TEMPLATES[type]))


def one_of(*schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the schema of a field that may be left out, or be nothing."""
    return {"anyOf": [*schemas, {"type": "null"}]}


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Yields each mapping in a value of JSON, at any depth."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from walk(part)


def nest_steps(definition: dict[str, Any]) -> None:
    """Says of each list of mappings that has one of the names for nested steps that these are steps."""
    for name in NESTED:
        steps = definition.get(name)
        if isinstance(steps, dict) and steps.get("items") == {"type": "object"}:
            steps["items"] = {"$ref": REFERENCE.format(name=STEP)}


def take_nulls(definition: dict[str, Any]) -> None:
    """Lets each field that may be left out be null, which is the same."""
    if isinstance(definition.get("properties"), dict) and definition.get("additionalProperties") is False:
        required = definition.get("required", ())
        definition["properties"] = {
            name: schema if name in required or not schema else one_of(schema)
            for name, schema in definition["properties"].items()
        }


def take_files(definition: dict[str, Any]) -> None:
    """Lets each field be in a file: then its name has an @."""
    properties = definition.get("properties")
    if not isinstance(properties, dict) or definition.get("additionalProperties") is not False:
        return
    definition["patternProperties"] = {f".{MARK}$": {}}
    required = definition.pop("required", [])
    if required:
        either = [{"anyOf": [{"required": [name]}, {"required": [name + MARK]}]} for name in required]
        definition["allOf"] = [*definition.get("allOf", []), *either]
    for each in definition.get("allOf", []):
        each["anyOf"] = with_files(each["anyOf"])


def with_files(alternatives: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns alternatives of fields that must be given, each in a file too."""
    names = dict.fromkeys(name for each in alternatives for name in each["required"])
    marked = [name if name.endswith(MARK) else name + MARK for name in names]
    return [{"required": [name]} for name in dict.fromkeys((*names, *marked))]
