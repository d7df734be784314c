"""The OpenAPI 3.1 document, built from the operations of the dialects and their types."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus
from importlib.metadata import version
from inspect import isclass
from typing import Any

import msgspec

from addressee.api.answers import EVENT_STREAM, EventStream
from addressee.api.dialect import Dialect
from addressee.api.operation import Operation
from addressee.api.shapes import Open

VARIABLE = re.compile(r"{(\w+)}")
BEARER = "key"
REFERENCE = "#/components/schemas/{dialect}.{name}"


def document(dialects: Sequence[Dialect]) -> dict[str, Any]:
    components: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for dialect in dialects:
        schemas, named = schemas_of(dialect)
        components |= named
        for operation in dialect.operations:
            paths[operation.path][operation.method.lower()] = describe(dialect, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Addressee",
            "version": version("addressee"),
            "description": "A recipient directory that delivers.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                BEARER: {"type": "http", "scheme": "bearer"},
                **{
                    name: {"type": "apiKey", "in": "header", "name": name}
                    for dialect in dialects
                    for name in dialect.headers.values()
                },
            },
        },
    }


def schemas_of(dialect: Dialect) -> tuple[dict[int, Any], dict[str, Any]]:
    """Returns the schemas by the ids of the types, and their components, prefixed with the dialect's name."""
    types = [dialect.refusals.body]
    for operation in dialect.operations:
        types += filter(None, (operation.request, operation.response, *operation.other_responses.values()))
    template = REFERENCE.format(dialect=dialect.name, name="{name}")
    schemas, components = msgspec.json.schema_components(types, ref_template=template)
    for type in types:
        if isclass(type) and issubclass(type, Open):
            components[type.__name__]["additionalProperties"] = True
    named = {f"{dialect.name}.{name}": schema for name, schema in components.items()}
    return {id(type): schema for type, schema in zip(types, schemas, strict=True)}, named


def describe(dialect: Dialect, operation: Operation, schemas: dict[int, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{dialect.name}.{operation.name}.{operation.method.lower()}",
        "summary": operation.summary,
        "description": f"Keys: {', '.join(sorted(operation.keys))}.",
        "tags": [dialect.name],
        "security": [{dialect.headers.get(kind, BEARER): []} for kind in sorted(operation.keys)],
        "parameters": [parameter(name, "path", required=True) for name in VARIABLE.findall(operation.path)]
        + [parameter(name, "query", required=False) for name in operation.query],
        "responses": responses(dialect, operation, schemas),
    }
    if operation.request is not None:
        content = {"application/json": {"schema": schemas[id(operation.request)]}}
        described["requestBody"] = {"content": content, "required": True}
    return described


def parameter(name: str, where: str, *, required: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if name.endswith("[]"):
        schema = {"type": "array", "items": schema}
    return {"name": name, "in": where, "required": required, "schema": schema}


def responses(dialect: Dialect, operation: Operation, schemas: dict[int, Any]) -> dict[str, Any]:
    """Returns the responses of an operation by status, refusals included."""
    given = {operation.status: operation.response, **operation.other_responses}
    refused = dict.fromkeys(dialect.refusals.of(operation), dialect.refusals.body)
    return {str(int(status)): response(status, type, schemas) for status, type in sorted({**refused, **given}.items())}


def response(status: int, type: Any, schemas: dict[int, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if type is EventStream:
        described["content"] = {EVENT_STREAM: {"schema": {"type": "string"}}}
    elif type is not None:
        described["content"] = {"application/json": {"schema": schemas[id(type)]}}
    return described
