"""JSON schemas of workflows: checks a schema, and a trigger's data against one. References are not fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from addressee.messaging.errors import DataFailure

NOTHING_REMOTE: Registry[Any] = Registry()
MAX_FAILURES = 20


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raises a ValueError that says where the schema is wrong."""
    try:
        Draft202012Validator.check_schema(schema)
        list(Draft202012Validator(schema, registry=NOTHING_REMOTE).iter_errors({}))
    except SchemaError as error:
        raise ValueError(f"{error.json_path}: {error.message}") from None
    except Unresolvable as error:
        raise ValueError(f"{error.ref} is not part of the schema") from None


def failures(schema: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[DataFailure, ...]:
    """Returns at most twenty mismatches between data and schema, in the order of the data."""
    errors = Draft202012Validator(schema, registry=NOTHING_REMOTE).iter_errors(data)
    found = [DataFailure("data" + error.json_path.removeprefix("$"), error.message) for error in errors]
    return tuple(sorted(found, key=lambda failure: failure.field)[:MAX_FAILURES])
