"""Compiles the steps of a file to the flat program that is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from addressee.channels.provider import Provider
from addressee.conditions.model import Conditions
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.definitions.sources import Source
from addressee.messaging.steps.model import Step
from addressee.suggestions import instead_of

MAX_DEPTH = 5

AnyStep = TypeVar("AnyStep", bound=Step)


@dataclass(frozen=True, slots=True)
class UsableChannel:
    """A channel that steps may name. `provider` is None if the channel's file names an unknown type or provider.

    `link_schemes` are those that links may have, None if the channel is not in the folder or cannot be used. `lacks`
    names the settings without which a stored channel cannot send.
    """

    provider: Provider | None
    link_schemes: frozenset[str] | None = None
    lacks: tuple[str, ...] = ()


@dataclass(slots=True)
class Compiler:
    """The program of one workflow as it grows. `refs` are those of the steps compiled so far, in their order.

    `form_of` returns the form of a step in a file, by the kind that it tells; `types` are the kinds that there are.
    Problems go to the source: a program with problems is not used.
    """

    source: Source
    channels: Mapping[str, UsableChannel]
    form_of: Callable[[Mapping[str, Any]], type[StepFile] | None]
    types: Collection[str] = ()
    program: list[Step] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    depth: int = 0

    @property
    def position(self) -> int:
        """The position of the step that is added next."""
        return len(self.program)

    def add(self, step: Step) -> int:
        """Adds a step to the program, and returns its position."""
        self.program.append(step)
        return len(self.program) - 1

    def replace(self, position: int, step: Step) -> None:
        """Puts a step where a placeholder stands: one that leads on to a position that was not known yet."""
        self.program[position] = step

    def problem(self, path: FieldPath, message: str) -> None:
        self.source.problem(path, message)

    def compile(self, path: FieldPath, steps: Sequence[Any]) -> None:
        """Compiles the steps of a list at a path, and whatever steps are nested in them."""
        if self.depth >= MAX_DEPTH:
            self.problem(path, f"branches are nested at most {MAX_DEPTH} deep")
            return
        self.depth += 1
        for index, step in enumerate(steps):
            self._compile_step((*path, index), step)
        self.depth -= 1

    def _compile_step(self, path: FieldPath, step: Any) -> None:
        if not isinstance(step, dict):
            self.problem(path, "this must be a mapping")
            return
        form = self.form_of(step)
        if form is None:
            meant = instead_of(str(step["type"]), self.types)
            self.problem((*path, "type"), f"there is no type of step {step['type']!r}; {meant}")
            return
        if not self.source.fits(path, step, form):
            return
        file = msgspec.convert(step, form)
        if file.ref in self.refs:
            self.problem((*path, "ref"), f"another step is called {file.ref!r}")
        self.refs.append(file.ref)
        file.compile(self, path)


class StepFile(Definition, frozen=True, kw_only=True):
    """A step in the form of a file."""

    ref: Name
    type: str | None = None
    conditions: Conditions | None = None

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        """Adds the step to the program, or its problems to the source."""
        raise NotImplementedError

    def made(self, step: AnyStep) -> AnyStep:
        """Returns a step with what all kinds of step have in common."""
        return structs.replace(step, conditions=self.conditions)
