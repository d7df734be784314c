"""Evaluates templates that stand for one value: that value, which need not be a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError
from liquid.undefined import is_undefined

from addressee.messaging.content.templating.liquid import TemplateError, parse, readable, render


def value_of(source: str, scope: Mapping[str, Any]) -> Any:
    """Returns the value of a template that is a single `{{ … }}`, else its text. Raises TemplateError."""
    template = parse(source.strip())
    if len(template.nodes) != 1 or not isinstance(node := template.nodes[0], OutputNode):
        return render(source, scope)
    try:
        value = node.expression.evaluate(template.context_class(template, globals=scope))
    except LiquidError as error:
        raise readable(error) from None
    except Exception as error:
        # Filters run on any caller's values, as in a text.
        raise TemplateError(f"{type(error).__name__} while rendering", None) from None
    return None if is_undefined(value) else value
