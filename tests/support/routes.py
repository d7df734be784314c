"""Every route of every dialect, for walks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from addressee.api.answers import EVENT_STREAM
from addressee.api.operation import Operation
from addressee.http.documentation.openapi import document
from tests.support.raw_http import Reply
from tests.support.refusals import SPOKEN, Refusal, Spoken

DIALECTS = tuple(dict.fromkeys(spoken.dialect for spoken in SPOKEN))


def title(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A shape of a route's body: the schema of what it holds, alone or in a list."""

    schema: str
    listed: bool

    def of(self, value: Any) -> Any:
        return [value] if self.listed else value


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """An operation of a dialect. Where two spellings of its path are answered, it is walked by the first."""

    spoken: Spoken
    operation: Operation

    @property
    def title(self) -> str:
        return title(self.operation)

    @property
    def method(self) -> str:
        return self.operation.method

    @property
    def path(self) -> str:
        return self.operation.path

    @property
    def query(self) -> Sequence[str]:
        return self.operation.query

    @property
    def account_of(self) -> str | None:
        """The parameter that names the object whose account at a provider this is about, None for other routes."""
        return next((name for name in self.query if name in {"access_token_object", "ms_teams_tenant_object"}), None)

    @property
    def variables(self) -> Sequence[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def spellings(self) -> Sequence[str]:
        return self.spoken.dialect.path_aliases(self.path)

    @property
    def forms(self) -> Sequence[Form]:
        """The shapes that the published description gives to the body; what stands alone comes first."""
        body = description()["paths"][self.path][self.method.lower()]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        shapes = sorted(schema.get("anyOf", [schema]), key=lambda shape: "items" in shape)
        return [Form(shape.get("items", shape)["$ref"], listed="items" in shape) for shape in shapes]

    def problems_of_an_answer(self, reply: Reply) -> list[str]:
        """What is wrong unless the body of an answer is as the published description says, and nothing else."""
        described = description()["paths"][self.path][self.method.lower()]["responses"][str(reply.status)]
        if "content" not in described:
            is_described = not reply.body or reply.headers["content-type"] == "text/plain"
            return [] if is_described else [f"{self.title}: a body that is not described: {reply}"]
        if EVENT_STREAM in described["content"]:
            return [] if reply.headers["content-type"] == EVENT_STREAM else [f"{self.title}: no stream: {reply}"]
        return self.problems_of_json(reply.status, reply.body)

    def problems_of_json(self, status: int, body: bytes) -> list[str]:
        """What is wrong unless a body of JSON is as the published description says, and nothing else."""
        described = description()["paths"][self.path][self.method.lower()]["responses"][str(status)]
        schema = described["content"]["application/json"]["schema"]
        errors = Draft202012Validator({**schema, "components": closed_components()}).iter_errors(json.loads(body))
        return [f"{self.title}: {error.json_path}: {error.message}" for error in errors]

    def problems(self, reply: Reply, refusal: Refusal, field: str | None = None) -> list[str]:
        """What is wrong with a reply that must be this refusal, each after the route's name."""
        return [f"{self.title}: {problem}" for problem in self.spoken.problems(reply, refusal, field)]


@cache
def description() -> dict[str, Any]:
    return document(DIALECTS)


@cache
def closed_components() -> dict[str, Any]:
    """The types of the published description, with no keys but those that it lists, unless it says that there are."""
    schemas = description()["components"]["schemas"]
    return {"schemas": {name: {**closed(name), **schema} for name, schema in schemas.items()}}


def closed(name: str) -> dict[str, Any]:
    """SuprSend's types do not list all keys yet."""
    return {} if name.startswith("suprsend.") else {"additionalProperties": False}


def all_routes() -> list[Route]:
    """Each operation once: with the first kind of key that it takes."""
    routes: dict[str, Route] = {}
    for spoken in SPOKEN:
        for operation in spoken.operations:
            routes.setdefault(title(operation), Route(spoken, operation))
    return list(routes.values())


ROUTES = all_routes()


def each(fits: Callable[[Route], Any]) -> pytest.MarkDecorator:
    """Lets a test take each `route` that fits."""
    return pytest.mark.parametrize("route", [*filter(fits, ROUTES)], ids=lambda route: route.title)


every_route = each(lambda route: True)
each_with_body = each(lambda route: route.operation.request is not None)
