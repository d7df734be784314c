"""Reads conditions that are written as a short text, like `data.plan == "pro" and not refs.feed.seen`.

    text      = group {"or" group}
    group     = condition {"and" condition}
    condition = variable comparison value | variable operator [value] | ["not"] variable
    comparison = "==" | "!=" | ">" | ">=" | "<" | "<="
    operator  = ["not"] one of the operators of conditions, like contains, in, starts_with, empty, exists
    value     = text in quotes | number | "true" | "false" | "null" | word | "[" [value {"," value}] "]"

A variable is a path, or the bare name of a value in the data. A word is a path if it starts with a root and a dot, a
state if it starts with `$message.`, and else a text. A variable alone is true when it is `true`;
`refs.<ref>.<state>` is true when the step's message has come to this state.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from addressee.conditions.model import Argument, Item, State
from addressee.conditions.names import REFS, Names
from addressee.conditions.operators import LONE_OPERATORS, OPERATORS
from addressee.conditions.states import ENGAGEMENTS, PARTIAL_ENGAGEMENTS, RANKS
from addressee.conditions.terms import NO_ARGUMENT, Place, Written, read_item

TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.:-]))
    | (?P<symbol>==|!=|>=|<=|>|<|\[|\]|,)
    | (?P<word>[$A-Za-z_][\w$.-]*)
    )""",
    re.VERBOSE,
)

COMPARISONS = {
    "==": "equal_to",
    "!=": "not_equal_to",
    ">": "greater_than",
    ">=": "greater_than_or_equal_to",
    "<": "less_than",
    "<=": "less_than_or_equal_to",
}

# Two operators of which each is true exactly when the other is not, by the positive one.
NEGATIONS = {"equal_to": "not_equal_to", "greater_than_or_equal_to": "less_than", "contains": "not_contains"}

CONSTANTS = {"true": True, "false": False, "null": None}

JOINERS = frozenset({"and", "or"})


class Token(NamedTuple):
    kind: str
    text: str


def read_groups(text: str, place: Place, names: Names) -> list[list[Written]]:
    """Reads a text as groups of which one is to be true. Raises ValueError."""
    return Reader(tokens_of(text), text, place, names).groups()


def tokens_of(text: str) -> list[Token]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ValueError(f"{text[position:].strip()!r} cannot be read here{hint(text[position:].strip())}")
        tokens.append(Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


def hint(rest: str) -> str:
    if rest.startswith(("(", ")")):
        return ": there are no parentheses, but lists below all: and any:"
    if rest.startswith("="):
        return ": equal is =="
    if rest.startswith(("&&", "||", "!")):
        return ": write and, or, not"
    return ": a date or another text stands in quotes" if rest[:1].isdigit() else ""


class Reader:
    """Reads one text from the left to the right."""

    def __init__(self, tokens: Sequence[Token], text: str, place: Place, names: Names) -> None:
        self._tokens = list(tokens)
        self._text = text
        self._place = place
        self._names = names

    def groups(self) -> list[list[Written]]:
        groups = [[self._condition()]]
        while self._tokens:
            joiner = self._next()
            if joiner.text not in JOINERS or joiner.kind != "word":
                raise ValueError(f"{joiner.text!r} is unexpected in {self._text!r}: conditions are joined by and, or")
            if joiner.text == "or":
                groups.append([])
            groups[-1].append(self._condition())
        return groups

    def _condition(self) -> Written:
        negated = self._take("not")
        variable = self._next()
        if variable.kind != "word":
            raise ValueError(f"a condition starts with a variable like data.plan, not with {variable.text}")
        if not self._tokens or self._tokens[0].text in JOINERS:
            return self._alone(variable.text, negated=negated)
        if negated:
            message = "not stands before a variable alone, or before an operator, like: data.plan not in ['free']"
            raise ValueError(message)
        operator = self._operator()
        if operator in LONE_OPERATORS:
            return Written(self._place, variable.text, operator)
        is_missing = not self._tokens or (self._tokens[0].kind == "word" and self._tokens[0].text in JOINERS)
        argument = NO_ARGUMENT if is_missing else self._value()
        return Written(self._place, variable.text, operator, argument)

    def _operator(self) -> str:
        token = self._next()
        if token.text in COMPARISONS:
            return COMPARISONS[token.text]
        if token.kind != "word":
            raise ValueError(f"{token.text!r} is no comparison; there are {', '.join(COMPARISONS)} and operators")
        if token.text != "not":
            return token.text
        operator = f"not_{self._next().text}"
        if operator not in OPERATORS:
            raise ValueError(f"there is no operator {operator!r}")
        return operator

    def _value(self) -> Argument:
        if not self._take("["):
            return self._item()
        items: list[Item] = []
        while not self._take("]"):
            if items and not self._take(","):
                raise ValueError(f"a comma or ] is missing in {self._text!r}")
            items.append(self._item())
        return tuple(items)

    def _item(self) -> Item:
        token = self._next()
        match token.kind:
            case "quoted":
                return unquoted(token.text)
            case "number":
                number: int | float = msgspec.json.decode(token.text)
                return number
            case "word":
                return CONSTANTS[token.text] if token.text in CONSTANTS else read_item(token.text, self._names)
        raise ValueError(f"{token.text!r} is no value, in {self._text!r}")

    def _alone(self, variable: str, *, negated: bool) -> Written:
        """Returns the condition that a variable is when nothing is said about it."""
        root, *below = variable.split(".")
        if root == REFS and len(below) == 2 and (below[1] in RANKS or below[1] in PARTIAL_ENGAGEMENTS):
            variable, operator, argument = self._state(below[0], below[1])
        else:
            operator, argument = "equal_to", True
        return Written(self._place, variable, NEGATIONS[operator] if negated else operator, argument)

    def _state(self, ref: str, state: str) -> tuple[str, str, Any]:
        if state in ENGAGEMENTS or state in PARTIAL_ENGAGEMENTS:
            return f"{REFS}.{ref}.engagement_status", "contains", State(state)
        reached = state in {"sent", "delivered"}
        operator = "greater_than_or_equal_to" if reached else "equal_to"
        return f"{REFS}.{ref}.delivery_status", operator, State(state)

    def _next(self) -> Token:
        if not self._tokens:
            raise ValueError(f"{self._text!r} is not complete")
        return self._tokens.pop(0)

    def _take(self, text: str) -> bool:
        """Takes the next token if it is this one, not in quotes."""
        if not self._tokens or self._tokens[0] not in {Token("word", text), Token("symbol", text)}:
            return False
        self._tokens.pop(0)
        return True


def unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])
