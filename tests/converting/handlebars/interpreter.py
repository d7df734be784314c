"""Handlebars, as its documentation tells of it: templates as trees, what they look like, and what they print.

It shares nothing with the parser and the translation that it is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

# Prints a value that is not raw.
Escape = Callable[[str], str]

TEXTS = st.text(alphabet="ab <>&'{}%\"\\$", max_size=6).map(lambda text: text.rstrip("\\{"))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.just(2.5), st.sampled_from(["", "x", "<b>&'\"", "{{x}}", "0"])
)


@dataclass(frozen=True, slots=True)
class Place:
    """The contexts from the outermost to the innermost, and the loops that run: (index, count, name)."""

    contexts: tuple[Any, ...]
    loops: tuple[tuple[int, int, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a template: its source, and a function that prints it."""

    source: str
    run: Callable[[Place, Escape], str]


def shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
    return str(value)


def truthy(value: Any) -> bool:
    return not (value is None or value is False or value == "" or value == [] or (value == 0 and value is not True))


def there(value: Any) -> bool:
    return not (value is None or value is False or value == "" or value == [])


def at(place: Place, up: int, names: Sequence[str]) -> Any:
    value = place.contexts[len(place.contexts) - 1 - up]
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


# The values of each kind of context: scalars, lists of objects, lists of scalars, objects.
SCHEMA: Mapping[str, Mapping[str, Sequence[tuple[str, ...]]]] = {
    "root": {
        "scalar": [("name",), ("first name",), ("person", "name"), ("person", "nobody"), ("missing",), ("else",)],
        "items": [("items",)],
        "words": [("words",)],
        "object": [("person",), ("nobody",)],
        "names": [("ages",)],
    },
    "object": {"scalar": [("name",), ("age",)], "words": [("words",)]},
    "scalar": {"scalar": [()]},
}

PEOPLE = st.fixed_dictionaries({"name": SCALARS, "age": SCALARS, "words": st.lists(SCALARS, max_size=2)})
DATA = st.fixed_dictionaries(
    {
        "name": SCALARS,
        "first name": SCALARS,
        "else": SCALARS,
        "person": PEOPLE,
        "nobody": st.one_of(st.none(), PEOPLE),
        "items": st.one_of(st.none(), st.lists(PEOPLE, max_size=3)),
        "words": st.lists(SCALARS, max_size=3),
        "ages": st.dictionaries(st.sampled_from(["ada", "bob b"]), SCALARS, max_size=2),
    }
)


def spelled(up: int, names: Sequence[str]) -> str:
    parts = [name if name.isalpha() and name != "else" else f"[{name}]" for name in names]
    return "../" * up + (".".join(parts) or "this")


@st.composite
def paths(draw: st.DrawFn, kinds: tuple[str, ...], wanted: str) -> tuple[str, Callable[[Place], Any]] | None:
    """Draws the path of a value of this kind, as it is spelled, and the function that finds it."""
    ups = [up for up in range(len(kinds)) if SCHEMA[kinds[len(kinds) - 1 - up]].get(wanted)]
    if not ups:
        return None
    up = draw(st.sampled_from(ups))
    names = draw(st.sampled_from(SCHEMA[kinds[len(kinds) - 1 - up]][wanted]))
    return spelled(up, names), lambda place: at(place, up, names)


@st.composite
def templates(
    draw: st.DrawFn, kinds: tuple[str, ...] = ("root",), loops: tuple[bool, ...] = (), depth: int = 3
) -> Node:
    """Draws a template for contexts of these kinds. `loops` says of each whether it goes over names."""
    parts = draw(st.lists(nodes(kinds, loops, depth), max_size=3))
    return Node(
        "".join(part.source for part in parts), lambda place, escape: "".join(part.run(place, escape) for part in parts)
    )


@st.composite
def nodes(draw: st.DrawFn, kinds: tuple[str, ...], loops: tuple[bool, ...], depth: int) -> Node:
    simple = [text_nodes(), value_nodes(kinds), default_nodes(kinds)]
    if loops:
        simple.append(loop_nodes(loops))
    blocks = [
        asking_nodes(kinds, loops, depth),
        comparing_nodes(kinds, loops, depth),
        entering_nodes(kinds, loops, depth),
    ]
    node: Node = draw(st.one_of(*simple, *(blocks if depth else ())))
    return node


@st.composite
def text_nodes(draw: st.DrawFn) -> Node:
    text = draw(TEXTS)
    comment = draw(st.sampled_from(["", "{{! nothing }}", "{{!-- {{nothing}} --}}"]))
    plain = re.sub(r"\{(?=\{)", "{ ", text)
    # A comment that is all that a line holds takes the line with it: another test is about that.
    end = "." if comment else " "
    return Node(f"{end}{plain}{end}{comment}", lambda _, __: f"{end}{plain}{end}")


@st.composite
def value_nodes(draw: st.DrawFn, kinds: tuple[str, ...]) -> Node:
    found = draw(paths(kinds, "scalar"))
    assert found is not None
    path, value = found
    if draw(st.booleans()):
        return Node(f"{{{{{{{path}}}}}}}", lambda place, _: shown(value(place)))
    return Node(f"{{{{ {path} }}}}", lambda place, escape: escape(shown(value(place))))


@st.composite
def default_nodes(draw: st.DrawFn, kinds: tuple[str, ...]) -> Node:
    found = draw(paths(kinds, "scalar"))
    assert found is not None
    path, value = found
    otherwise = draw(st.sampled_from(["you", "<it's>", "a & b"]))

    def run(place: Place, escape: Escape) -> str:
        given = value(place)
        return escape(otherwise if given in (None, "") and given is not False else shown(given))

    return Node(f'{{{{default {path} "{otherwise}"}}}}', run)


@st.composite
def loop_nodes(draw: st.DrawFn, loops: tuple[bool, ...]) -> Node:
    up = draw(st.integers(0, len(loops) - 1))
    names = ["index", "first", "last", *(["key"] if loops[len(loops) - 1 - up] else [])]
    name = draw(st.sampled_from(names))

    def run(place: Place, escape: Escape) -> str:
        index, count, key = place.loops[len(place.loops) - 1 - up]
        values = {"index": index, "first": index == 0, "last": index == count - 1, "key": key}
        return escape(shown(values[name]))

    return Node(f"{{{{@{'../' * up}{name}}}}}", run)


@st.composite
def asking_nodes(draw: st.DrawFn, kinds: tuple[str, ...], loops: tuple[bool, ...], depth: int) -> Node:
    wanted = draw(st.sampled_from(["scalar", "words", "items"]))
    found = draw(paths(kinds, wanted)) or draw(paths(kinds, "scalar"))
    assert found is not None
    path, value = found
    body, otherwise = draw(templates(kinds, loops, depth - 1)), draw(st.none() | templates(kinds, loops, depth - 1))
    helper = draw(st.sampled_from(["if", "unless"]))
    chain = draw(st.none() | paths(kinds, "scalar")) if helper == "if" and otherwise is not None else None
    second = draw(templates(kinds, loops, depth - 1)) if chain is not None else None

    def run(place: Place, escape: Escape) -> str:
        if truthy(value(place)) is (helper == "if"):
            return body.run(place, escape)
        if chain is not None and second is not None and truthy(chain[1](place)):
            return second.run(place, escape)
        return "" if otherwise is None else otherwise.run(place, escape)

    between = "" if chain is None or second is None else f"{{{{else if {chain[0]}}}}}{second.source}"
    tail = "" if otherwise is None else f"{{{{else}}}}{otherwise.source}"
    return Node(f"{{{{#{helper} {path}}}}}{body.source}{between}{tail}{{{{/{helper}}}}}", run)


@st.composite
def comparing_nodes(draw: st.DrawFn, kinds: tuple[str, ...], loops: tuple[bool, ...], depth: int) -> Node:
    found = draw(paths(kinds, "scalar"))
    assert found is not None
    path, value = found
    operator = draw(st.sampled_from(["===", "!=="]))
    right = draw(st.sampled_from(["x", "0", ""]))
    body, otherwise = draw(templates(kinds, loops, depth - 1)), draw(templates(kinds, loops, depth - 1))

    def run(place: Place, escape: Escape) -> str:
        given = value(place)
        is_same = isinstance(given, str) and given == right
        return (body if is_same is (operator == "===") else otherwise).run(place, escape)

    return Node(
        f'{{{{#compare {path} "{operator}" "{right}"}}}}{body.source}{{{{else}}}}{otherwise.source}{{{{/compare}}}}',
        run,
    )


@st.composite
def entering_nodes(draw: st.DrawFn, kinds: tuple[str, ...], loops: tuple[bool, ...], depth: int) -> Node:
    """Draws a `with` or an `each`, whose body has another context."""
    wanted, inner = draw(
        st.sampled_from([("object", "object"), ("items", "object"), ("words", "scalar"), ("names", "scalar")])
    )
    found = draw(paths(kinds, wanted))
    if found is None:
        return draw(value_nodes(kinds))
    path, value = found
    is_with, by_name = wanted == "object", wanted == "names"
    inner_loops = loops if is_with else (*loops, by_name)
    body = draw(templates((*kinds, inner), inner_loops, depth - 1))
    if by_name:
        # What tells that a loop goes over an object is that it asks for names.
        body = Node(f"{{{{@key}}}}{body.source}", with_name(body))
    otherwise = draw(templates(kinds, loops, depth - 1))

    def run(place: Place, escape: Escape) -> str:
        entered = value(place)
        if is_with:
            inside = Place((*place.contexts, entered), place.loops)
            return body.run(inside, escape) if there(entered) else otherwise.run(place, escape)
        pairs = list(entered.items()) if isinstance(entered, dict) else [(None, item) for item in entered or ()]
        if not pairs:
            return otherwise.run(place, escape)
        return "".join(
            body.run(Place((*place.contexts, item), (*place.loops, (index, len(pairs), key))), escape)
            for index, (key, item) in enumerate(pairs)
        )

    helper = "with" if is_with else "each"
    return Node(f"{{{{#{helper} {path}}}}}{body.source}{{{{else}}}}{otherwise.source}{{{{/{helper}}}}}", run)


def with_name(body: Node) -> Callable[[Place, Escape], str]:
    return lambda place, escape: escape(shown(place.loops[-1][2])) + body.run(place, escape)
