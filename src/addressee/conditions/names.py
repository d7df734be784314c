"""The names that conditions may use where they stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from addressee.conditions.evaluation import ROOTS
from addressee.suggestions import instead_of

REFS = "refs"

# The root of what a step waits for.
EVENT = "event"


@dataclass(frozen=True, slots=True)
class Names:
    """The names that conditions may use: `roots` that paths begin with, and the steps whose results `refs` holds.

    `refs` are the steps before, None if they are not known; `later` are the steps that have not been taken by then.
    """

    roots: tuple[str, ...] = (*ROOTS, REFS)
    refs: Collection[str] | None = None
    later: Collection[str] = ()

    def is_path(self, text: str) -> bool:
        root, dot, rest = text.partition(".")
        return root in self.roots and bool(dot and rest)

    def path_of(self, variable: str) -> str:
        """Returns the path that a variable names: a bare name is a value of the data."""
        return variable if "." in variable or variable in self.roots else f"data.{variable}"

    def problem_with(self, path: str) -> str | None:
        """Returns what is wrong with a path, or None."""
        root, _, rest = path.partition(".")
        if root not in self.roots:
            if root == EVENT:
                return "event is known only in the conditions of a step that waits for an event"
            return f"there is no {root!r} to start a variable with; {instead_of(root, self.roots)}"
        if any(not name for name in path.split(".")):
            return f"{path!r} is not a path like data.plan"
        return self._problem_with_ref(rest.partition(".")[0]) if root == REFS else None

    def _problem_with_ref(self, ref: str) -> str | None:
        if not ref:
            return "refs is followed by the ref of a step, like refs.feed.engagement_status"
        if self.refs is None or ref in self.refs:
            return None
        if ref in self.later:
            return f"the step {ref!r} comes later: conditions see results of the steps before"
        return f"there is no step {ref!r} before this one; {instead_of(ref, self.refs)}"


ALL_NAMES = Names()
