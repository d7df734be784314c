"""Explains what does not fit a JSON schema, in the words of whoever writes the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

from addressee.messaging.definitions.model import FieldPath
from addressee.suggestions import instead_of, nearest

TYPE_NAMES = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "nothing",
}


def explanations(error: ValidationError, definitions: Mapping[str, Any]) -> Iterator[tuple[FieldPath, str]]:
    """Yields the path and the message of each problem that a schema's error stands for.

    `definitions` are the schema's own, to which it may refer.
    """
    path = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    schema: Any = error.schema
    value: Any = error.instance
    match error.validator:
        case "required":
            for name in wanted:
                if name not in value and name not in misspelt(value, schema):
                    yield path, f"{name!r} is missing"
        case "additionalProperties" if wanted is False:
            for name in value.keys() - schema["properties"].keys():
                yield (*path, name), f"there is no {name!r} here; {instead_of(name, known_in(schema), 'no fields')}"
        case "type":
            yield path, f"this must be {TYPE_NAMES[wanted]}"
        case "anyOf":
            yield from of_alternatives(error, definitions)
        case "enum":
            meant = nearest(value, list(map(str, wanted))) if isinstance(value, str) else None
            yield path, f"this must be {' or '.join(map(str, wanted))}{'' if meant is None else did_you_mean(meant)}"
        case "minLength" | "minItems":
            yield path, "this must not be empty"
        case "maxLength":
            yield path, f"this must have at most {wanted} characters"
        case "maxItems":
            yield path, f"this must have at most {wanted} entries"
        case _:
            yield path, error.message


def known_in(schema: Mapping[str, Any]) -> list[str]:
    """Returns the names of a schema's properties. Those that may be anything have no meaning yet."""
    return [name for name, property in schema.get("properties", {}).items() if property]


def misspelt(value: Mapping[str, Any], schema: Mapping[str, Any]) -> set[str | None]:
    """Returns the names that names in the value were probably meant to be: those are told of once, where they stand."""
    if schema.get("additionalProperties") is not False:
        return set()
    known = known_in(schema)
    return {nearest(name, known) for name in value.keys() - schema["properties"].keys()}


def did_you_mean(name: str) -> str:
    return f"; did you mean {name!r}?"


def of_types(error: ValidationError, definitions: Mapping[str, Any]) -> Iterator[tuple[FieldPath, str]]:
    """Yields what is wrong with a value whose type, which it says itself, is one of several."""
    schema: Any = error.schema
    value: Any = error.instance
    path, tag = tuple(error.absolute_path), schema["discriminator"]["propertyName"]
    known: Mapping[str, str] = schema["discriminator"]["mapping"]
    type = value.get(tag)
    if type is None:
        yield path, f"{tag!r} is missing"
    elif not isinstance(type, str) or type not in known:
        yield (*path, tag), f"there is no {tag} {type!r}; {instead_of(str(type), list(known))}"
    else:
        place = [each["$ref"] for each in schema["anyOf"]].index(known[type])
        for each in error.context or ():
            if each.schema_path[0] == place:
                yield from explanations(each, definitions)


def of_alternatives(error: ValidationError, definitions: Mapping[str, Any]) -> Iterator[tuple[FieldPath, str]]:
    """Yields what is wrong with a value within the one alternative that has its type; otherwise, which types it may
    have.
    """
    schema: Any = error.schema
    if "discriminator" in schema and isinstance(error.instance, dict):
        yield from of_types(error, definitions)
        return
    wanted: Any = error.validator_value
    alternatives = [resolved(each, definitions) for each in wanted]
    names = [set(each.get("required", ())) for each in alternatives]
    if all(each.keys() == {"required"} for each in alternatives):
        yield tuple(error.absolute_path), f"{' or '.join(repr(name) for each in names for name in each)} is missing"
        return
    within = [
        each
        for each in error.context or ()
        if each.validator != "type" or len(each.absolute_path) > len(error.absolute_path)
    ]
    fitting = {each.schema_path[0] for each in within}
    if len(fitting) == 1:
        for each in within:
            yield from explanations(each, definitions)
        return
    types = [TYPE_NAMES[each["type"]] for each in alternatives if each.get("type") in TYPE_NAMES]
    yield tuple(error.absolute_path), f"this must be {' or '.join(dict.fromkeys(types)) or 'something else'}"


def resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a schema, or the one that it refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = definitions.get(name, schema)
    return found
