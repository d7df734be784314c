"""Texts in Liquid in the settings of steps: how they are checked in files, and how values are made of them."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from addressee.directory.documents import check_text, check_value
from addressee.directory.errors import RefusedError
from addressee.messaging.content.model import texts_in
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.steps.compiler import Compiler

SECRETS = "secrets"
ONLY_IN_FETCHES = "secrets are for http_fetch steps only: what others make is stored, and shown"

# A text that is one expression: its value is taken as it is, and not as a text.
EXPRESSION = re.compile(r"\s*\{\{-?((?:(?!\{\{|\}\}|\{%).)*?)-?\}\}\s*", re.DOTALL)


def check_texts(compiler: Compiler, path: FieldPath, value: Any, *, with_secrets: bool = False) -> None:
    """Tells the source of texts, at any depth, that are not Liquid, or that read secrets which they cannot have."""
    for place, text in texts_in(value):
        where = (*path, *place)
        try:
            uses = liquid.uses_of(text, SECRETS)
            compiler.note_partials(where, text)
        except liquid.TemplateError as error:
            compiler.source.problem_in_text(where, error.line or 1, f"this is not Liquid: {error.message}")
            continue
        for use in uses:
            if (problem := problem_of(use.name, compiler.secrets, with_secrets=with_secrets)) is not None:
                compiler.source.problem_in_text(where, use.line, problem)


def problem_of(name: str | None, known: frozenset[str], *, with_secrets: bool) -> str | None:
    """Returns what is wrong with the use of a secret, None if nothing is."""
    if not with_secrets:
        return ONLY_IN_FETCHES
    if name is None:
        return "a secret is named as it is: {{ secrets.name }}"
    if name in known:
        return None
    return f"there is no secret {name!r}; set it with: addressee secrets set {name} --environment …"


def valued(written: Any, scope: Scope) -> Any:
    """Returns a value of JSON with the texts in it, at any depth, rendered: a text that is one expression as its value.

    Raises TemplateError.
    """
    if isinstance(written, str):
        expression = EXPRESSION.fullmatch(written)
        if expression is None or not expression[1].strip():
            return text_of(written, scope)
        return decoded(liquid.render("{{ " + expression[1].strip() + " | json }}", scope))
    if isinstance(written, dict):
        return {name: valued(part, scope) for name, part in written.items()}
    return [valued(part, scope) for part in written] if isinstance(written, list | tuple) else written


def text_of(written: str, scope: Scope) -> str:
    """Returns the text that a text in Liquid renders to. Raises TemplateError, also for one that cannot be stored."""
    text = liquid.render(written, scope)
    try:
        check_text(text, "this")
    except RefusedError as refusal:
        raise liquid.TemplateError(str(refusal), None) from None
    return text


def document_of(written: str | dict[str, Any], scope: Scope) -> dict[str, Any]:
    """Returns the JSON object that a text in Liquid renders to, or a mapping with texts. Raises TemplateError."""
    value = decoded(liquid.render(written, scope)) if isinstance(written, str) else valued(written, scope)
    if not isinstance(value, dict):
        raise liquid.TemplateError("this must be a JSON object", None)
    return value


def decoded(text: str) -> Any:
    """Returns the value of a JSON text. Raises TemplateError for one that is none, or that cannot be stored."""
    try:
        value = msgspec.json.decode(text)
        check_value(value, "")
    except (msgspec.DecodeError, RecursionError) as error:
        raise liquid.TemplateError(f"this is not JSON: {error}", None) from None
    except RefusedError as refusal:
        raise liquid.TemplateError(str(refusal), None) from None
    return value
