"""Partials as blocks: the values that they get of a block's attributes, by the `input_schema` that they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from addressee.messaging.content.blocks.inputs import AnyInput
from addressee.messaging.content.blocks.model import AnyBlock, PartialBlock, placed
from addressee.messaging.content.model import render_texts
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating.shared_templates import Partial
from addressee.messaging.definitions.model import FieldPath


class InputSchema(msgspec.Struct, frozen=True):
    """The form of the field of a partial."""

    input_schema: tuple[AnyInput, ...] = ()


def inputs_of(partial: Partial) -> tuple[AnyInput, ...]:
    """Returns the inputs of a partial; none if what is stored describes them in another way."""
    try:
        return msgspec.convert({"input_schema": partial.input_schema}, InputSchema).input_schema
    except msgspec.ValidationError:
        return ()


def values_of(partial: Partial, attrs: Mapping[str, Any], scope: Scope, schemes: frozenset[str]) -> Mapping[str, Any]:
    """Returns the values that a partial gets of the attributes of a block, by name. Raises TemplateError."""
    known = {each.key: each for each in inputs_of(partial)}
    given = {name: value for name, value in attrs.items() if value is not None}
    return {
        **{name: each.default() for name, each in known.items() if name not in given},
        **{
            name: known[name].value(value, scope, schemes) if name in known else render_texts(value, scope)
            for name, value in given.items()
        },
    }


def partial_problems_of(blocks: Sequence[AnyBlock], partials: Mapping[str, Partial]) -> Iterator[tuple[FieldPath, str]]:
    """Yields what is wrong with the attributes that blocks give to partials, and the paths."""
    for place, block in placed(blocks):
        if isinstance(block, PartialBlock) and block.key in partials:
            for below, message in problems_with(partials[block.key], block.attrs):
                yield (*place, "attrs", *below), message


def problems_with(partial: Partial, attrs: Mapping[str, Any]) -> Iterator[tuple[FieldPath, str]]:
    """Yields what is wrong with the attributes that a block gives to a partial, and the paths within these."""
    for each in inputs_of(partial):
        given = attrs.get(each.key)
        if given is None and each.is_missing:
            yield (), f"the partial needs {each.key!r}, which has no default"
        elif given is not None and (problem := each.problem(given)) is not None:
            yield (each.key,), problem
