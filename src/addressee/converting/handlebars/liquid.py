"""Translates Handlebars to Liquid where both print the same, and tells of everything else.

A part without an equivalent becomes a comment that holds it, and a problem.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from addressee.converting.handlebars.conditions import compared, is_there, is_true, literal
from addressee.converting.handlebars.helpers import Escaping, expression_of, is_helper
from addressee.converting.handlebars.names import Contexts, Loop, Top, UnsupportedError, quoted
from addressee.converting.handlebars.parser import parse
from addressee.converting.handlebars.tree import (
    Block,
    Call,
    Comment,
    Expression,
    HandlebarsError,
    Literal,
    Mustache,
    Node,
    Path,
    Text,
    Unknown,
)

# What Liquid takes for the beginning of a tag.
MARKS = re.compile(r"\{\{|\{%")


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """A part of a template that was not translated: what it was, and what to do. Lines count from 1."""

    line: int
    was: str
    todo: str


@dataclass(frozen=True, slots=True)
class Translation:
    text: str
    problems: Sequence[TemplateProblem] = ()


def to_liquid(source: str, escaping: Escaping, top: Top) -> Translation:
    """Translates a template whose values are escaped like this where it is used. `top` knows the names of the data."""
    try:
        nodes = parse(source)
    except HandlebarsError as error:
        return Translation(commented(source), [TemplateProblem(error.line, error.message, "mend it")])
    translator = Translator(escaping)
    translator.write(nodes, Contexts(top))
    return Translation(translator.text, translator.problems)


class Translator:
    """Writes the Liquid of a tree. `printed` tells how the value that is written now is escaped, None if it is not."""

    def __init__(self, escaping: Escaping) -> None:
        self.problems: list[TemplateProblem] = []
        self.printed: Escaping | None = None
        self._escaping = escaping
        self._parts: list[str] = []
        self._contexts: Contexts
        self._variables = 0
        self._depth = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def write(self, nodes: Sequence[Node], contexts: Contexts) -> None:
        shown = joined(nodes)
        is_blank = all(isinstance(node, Block) or (isinstance(node, Text) and not node.text.strip()) for node in shown)
        for index, node in enumerate(shown):
            if isinstance(node, Text):
                # Liquid prints nothing of a block in which there is nothing but white space.
                written_out = is_blank and self._depth > 0
                before_tag = index + 1 < len(shown) or self._depth > 0
                self._parts.append(
                    printed(node.text) if written_out else escaped_text(node.text, before_tag=before_tag)
                )
                continue
            written, variables = len(self._parts), self._variables
            try:
                self._contexts = contexts
                self._node(node, contexts)
            except UnsupportedError as error:
                del self._parts[written:]
                self._variables = variables
                self._parts.append(commented(node.source))
                self.problems.append(TemplateProblem(node.line, f"{shortened(node.source)}: {error.was}", error.todo))

    def _node(self, node: Mustache | Unknown | Block, contexts: Contexts) -> None:
        match node:
            case Unknown():
                raise UnsupportedError(f"{node.what} is not converted", "write its text here")
            case Mustache():
                self._mustache(node)
            case Block(call=call) if node.is_inverted:
                raise UnsupportedError(
                    f"what {{{{^{call.helper}}}}} prints depends on the value's type", "write an unless"
                )
            case Block(call=call):
                self._block(node, call, contexts)

    def _mustache(self, node: Mustache) -> None:
        self.printed = None if node.raw else self._escaping
        if isinstance(node.value, Path) and is_helper(node.value):
            raise UnsupportedError("a helper without parameters is not converted")
        expression = expression_of(self, node.value) if isinstance(node.value, Call) else self.operand(node.value)
        safe = " | safe" if node.raw and self._escaping is not Escaping.NONE else ""
        self._parts.append(f"{{{{ {expression}{safe} }}}}")

    def _block(self, node: Block, call: Call, contexts: Contexts) -> None:
        if call.options:
            raise UnsupportedError(f"the option {call.options[0][0]!r} of {call.helper!r} is not converted")
        self.printed = None
        match call.helper, call.parameters:
            case "if", (asked,):
                self._if(is_true(self.operand(asked)), node, contexts)
            case "unless", (asked,):
                self._if(is_true(self.operand(asked)), node, contexts, tag="unless")
            case "compare", parameters:
                self._if(compared(parameters, self.operand, self._assigned), node, contexts)
            case "with", (entered,):
                expression = self._expression(entered)
                if expression is None:
                    self.write(node.body, contexts)
                else:
                    self._if(is_there(expression), node, contexts, contexts.within(expression))
            case "each", (items,):
                self._each(self.operand(items), node, contexts)
            case (("if" | "unless" | "with" | "each"), _):
                raise UnsupportedError(f"{call.helper} with such parameters is not converted", "give it one value")
            case helper, ():
                was = f"what {{{{#{helper}}}}} prints depends on the value's type"
                raise UnsupportedError(was, "write an if or an each")
            case helper, _:
                raise UnsupportedError(f"the helper {helper!r} is not known", "write in Liquid what it does")

    def _if(
        self, condition: str, node: Block, contexts: Contexts, entered: Contexts | None = None, *, tag: str = "if"
    ) -> None:
        self._parts.append(f"{{% {tag} {condition} %}}")
        self._within(node, entered or contexts, contexts)
        self._parts.append(f"{{% end{tag} %}}")

    def _each(self, items: str, node: Block, contexts: Contexts) -> None:
        depth = len(contexts.loops)
        loop = Loop("item" if depth == 0 else f"item_{depth + 1}", uses_names(node.body))
        self._parts.append(f"{{% for {loop.variable} in {items} %}}")
        self._within(node, contexts.looping(loop), contexts)
        self._parts.append("{% endfor %}")

    def _within(self, node: Block, entered: Contexts, contexts: Contexts) -> None:
        self._depth += 1
        self.write(node.body, entered)
        if node.inverse is not None:
            self._parts.append("{% else %}")
            self.write(node.inverse, contexts)
        self._depth -= 1

    def operand(self, expression: Expression) -> str:
        """Returns an expression without filters; one with filters is assigned to a variable first."""
        match expression:
            case Literal(value):
                return literal(value)
            case Call():
                return self._assigned(expression_of(self, expression))
        found = self._expression(expression)
        return "data" if found is None else found

    def _expression(self, expression: Expression) -> str | None:
        if isinstance(expression, Path):
            return self._contexts.expression(expression)
        return self.operand(expression)

    def _assigned(self, expression: str) -> str:
        self._variables += 1
        name = f"value_{self._variables}"
        self._parts.append(f"{{% assign {name} = {expression} %}}")
        return name


def joined(nodes: Sequence[Node]) -> list[Mustache | Unknown | Block | Text]:
    """Returns what is left of nodes without comments, each text together with the one that follows it."""
    found: list[Mustache | Unknown | Block | Text] = []
    for node in nodes:
        last = found[-1] if found else None
        if isinstance(node, Text) and isinstance(last, Text):
            found[-1] = Text(last.text + node.text)
        elif not isinstance(node, Comment) and not (isinstance(node, Text) and not node.text):
            found.append(node)
    return found


def uses_names(nodes: Sequence[Node], up: int = 0) -> bool:
    """Returns whether nodes ask for the name of a value in an object that a loop so many loops above goes over."""
    for node in nodes:
        if isinstance(node, Mustache) and asks_for_name(node.value, up):
            return True
        if isinstance(node, Block):
            inner = up + 1 if node.call.helper == "each" else up
            if any(asks_for_name(each, up) for each in node.call.parameters):
                return True
            if uses_names(node.body, inner) or uses_names(node.inverse or (), up):
                return True
    return False


def asks_for_name(expression: Expression, up: int) -> bool:
    match expression:
        case Path(("key",), found, True):
            return found == up
        case Call(parameters=parameters):
            return any(asks_for_name(each, up) for each in parameters)
    return False


def printed(text: str) -> str:
    """Returns a text as a value that is printed."""
    return f"{{{{ {quoted(text)} }}}}"


def escaped_text(text: str, *, before_tag: bool = True) -> str:
    """Returns a text of the author's that Liquid prints as it is, also where a tag follows."""
    brace = printed("{") if before_tag and text.endswith("{") else ""
    return MARKS.sub(lambda match: printed(match[0]), text[:-1] if brace else text) + brace


def commented(source: str) -> str:
    return f"{{% comment %}}{source.replace('{%', '{ %').replace('%}', '% }')}{{% endcomment %}}"


def shortened(source: str) -> str:
    text = " ".join(source.split())
    return text if len(text) <= 60 else f"{text[:57]}..."
