"""Renames the values that a Liquid template of another vendor reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from addressee.converting.handlebars.liquid import TemplateProblem, Translation, commented
from addressee.converting.handlebars.names import PLAIN_NAME, UnsupportedError, below
from addressee.messaging.content.templating import liquid

PATH = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*")

# Returns the names by which a value is found here, of those by which a template reads it. `is_local` is true of
# variables of the template's own. Raises UnsupportedError.
Rename = Callable[[Sequence[str], bool], Sequence[str]]


def renamed(source: str, rename: Rename) -> Translation:
    """Returns a template with other names for what it reads. One that is not our Liquid becomes a comment."""
    try:
        analysis = liquid.parse(source).analyze()
    except liquid.TemplateError as error:
        problem = TemplateProblem(
            error.line or 1, f"this is not Liquid as it is here: {error.message}", "write it anew"
        )
        return Translation(commented(source), [problem])
    scoped = {use.span.index for uses in analysis.globals.values() for use in uses}
    places = sorted({use.span.index for uses in analysis.variables.values() for use in uses}, reverse=True)
    problems = []
    text = source
    for index in places:
        match = PATH.match(source, index)
        if match is None:
            continue
        try:
            names = rename(match[0].split("."), index not in scoped)
            text = text[:index] + expression(names) + text[match.end() :]
        except UnsupportedError as error:
            line = source.count("\n", 0, index) + 1
            problems.append(TemplateProblem(line, f"{match[0]}: {error.was}", error.todo))
    return Translation(text, problems[::-1])


def expression(names: Sequence[str]) -> str:
    return below(names[0], names[1:])


def dotted(names: Sequence[str]) -> str | None:
    """Returns the path by which settings and conditions name a value, None if it has none."""
    return ".".join(names) if all(PLAIN_NAME.fullmatch(name) for name in names) else None


def loop_variables(source: str, over: str) -> frozenset[str]:
    """Returns the variables of loops over what this pattern matches."""
    return frozenset(re.findall(rf"for\s+([A-Za-z_]\w*)\s+in\s+{over}\b", source))
