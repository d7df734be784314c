"""Compiles the steps of a file to the flat program that is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import structs

from addressee.channels.provider import Provider
from addressee.conditions import forms
from addressee.conditions.model import Conditions
from addressee.conditions.names import ALL_NAMES, Names
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.known_texts import KnownTexts, warnings_of
from addressee.messaging.content.templating.partials import unknown
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, SharedTemplates
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.definitions.nulls import PARTS_OF_STEP, without_nulls
from addressee.messaging.definitions.sources import Source
from addressee.messaging.environment.channel_groups import ChannelGroup
from addressee.messaging.steps.model import Step
from addressee.suggestions import instead_of
from addressee.timing.windows import Windows

MAX_DEPTH = 5

# The most steps of a file, nested ones included.
MAX_STEPS = 50

# Conditions in a file, in any of their forms.
ConditionsForm = Annotated[
    Any,
    msgspec.Meta(extra_json_schema={"anyOf": [{"type": name} for name in ("string", "array", "object", "null")]}),
]

AnyStep = TypeVar("AnyStep", bound=Step)


@dataclass(frozen=True, slots=True)
class UsableChannel:
    """A channel that steps may name. `provider` is None if the channel's file names an unknown type or provider.

    `link_schemes` are those that links may have, None if the channel's file has mistakes. `lacks` names the settings
    without which a stored channel cannot send.
    """

    provider: Provider | None
    link_schemes: frozenset[str] | None = None
    lacks: tuple[str, ...] = ()


@dataclass(slots=True)
class Compiler:
    """The program of one workflow as it grows. `refs` are those of the steps compiled so far, in their order.

    `form_of` returns the form of a step in a file, by the kind that it tells; `types` are the kinds that there are.
    `secrets` are the names of those that the environment has. `windows` are those of channel steps without their own.
    `shared` are the layouts and partials that there are, `channel_groups` the groups of channels, `dynamic_audiences`
    the keys of audiences whose members follow conditions. `partials` are the keys of those that the workflow renders;
    `namespaces` are those in which it looks up texts of a locale, of which there are `texts`.
    Problems go to the source: a program with problems is not used.
    """

    source: Source
    channels: Mapping[str, UsableChannel]
    form_of: Callable[[Mapping[str, Any]], type[StepFile] | None]
    types: Collection[str] = ()
    secrets: frozenset[str] = frozenset()
    windows: Windows | None = None
    shared: SharedTemplates = NO_SHARED_TEMPLATES
    channel_groups: Mapping[str, ChannelGroup] = field(default_factory=dict)
    dynamic_audiences: Collection[str] = ()
    texts: KnownTexts = field(default_factory=dict)
    partials: set[str] = field(default_factory=set)
    namespaces: set[str] = field(default_factory=set)
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

    def note_partials(self, path: FieldPath, text: str, environment: liquid.BoundedEnvironment = liquid.PLAIN) -> None:
        """Notes the partials that a text in Liquid renders, and where it looks up texts. Raises TemplateError."""
        template = liquid.parse(text, environment)
        uses = template.partials
        self.namespaces.update(template.namespaces)
        self.partials.update(use.key for use in uses)
        for line, problem in unknown(uses, self.shared.partials):
            self.source.problem_in_text(path, line, problem)
        for line, warning in warnings_of(template.translations, self.texts):
            self.source.warning_in_text(path, line, warning)

    @property
    def names(self) -> Names:
        """The names that conditions of the step that is compiled next may use."""
        later = frozenset(refs_in(self.source.value)) - frozenset(self.refs)
        return Names(ALL_NAMES.roots, self.refs, later)

    def conditions(self, path: FieldPath, value: Any, names: Names | None = None) -> Conditions | None:
        """Returns conditions in any of their forms as they are stored; None for none, and if they have problems."""
        if value is None:
            return None
        try:
            conditions = forms.parse(value, names or self.names)
        except forms.FormError as error:
            for place, message in error.problems:
                self.problem((*path, *place), message)
            return None
        return None if conditions.always else conditions

    def conditions_of(self, path: FieldPath, written: Mapping[str, Any]) -> Conditions | None:
        """Returns the conditions of something that is written with `conditions`, `if`, or both at a path."""
        both = [(name, written[name]) for name in ("conditions", "if") if written.get(name) is not None]
        compiled = [self.conditions((*path, name), value) for name, value in both]
        return forms.all_of([each for each in compiled if each is not None])

    def compile(self, path: FieldPath, steps: Sequence[Any]) -> None:
        """Compiles the steps of a list at a path, and whatever steps are nested in them.

        It ends soon after there are too many: the time that a step takes grows with the file.
        """
        if steps and self.depth > MAX_DEPTH:
            self.problem(path, f"branches are nested at most {MAX_DEPTH} deep")
            return
        self.depth += 1
        for index, step in enumerate(steps):
            if len(self.refs) > MAX_STEPS:
                break
            self._compile_step((*path, index), step)
        self.depth -= 1

    def _compile_step(self, path: FieldPath, step: Any) -> None:
        if not isinstance(step, dict):
            self.problem(path, "this must be a mapping")
            return
        step = without_nulls(step, PARTS_OF_STEP)
        form = self.form_of(step)
        if form is None:
            meant = instead_of(str(step["type"]), self.types)
            self.problem((*path, "type"), f"there is no type of step {step['type']!r}; {meant}")
            return
        if not self.source.fits(path, step, form):
            return
        file = msgspec.convert(step, form)
        file = structs.replace(file, conditions=self.conditions_of(path, step), if_=None)
        if file.conditions is not None and file.refuses_conditions_elsewhere:
            self.source.warning(
                path, f"Knock takes no conditions on steps of the type {file.type}; here they are heeded"
            )
        if file.collects and self.depth > 1:
            self.source.warning(
                path, "this step stands in a branch: only runs that take the branch are collected in it"
            )
        if file.ref in self.refs:
            self.problem((*path, "ref"), f"another step is called {file.ref!r}")
        self.refs.append(file.ref)
        file.compile(self, path)


class StepFile(Definition, frozen=True, kw_only=True):
    """A step in the form of a file. Its `name` and its `description` are for those who read the file.

    `conditions` and `if` are in any of the forms of conditions; before a step is compiled, both become `conditions`, in
    the form that is stored. Steps with `refuses_conditions_elsewhere` have none at Knock. Steps that
    `collects` is true of have runs join one another.
    """

    refuses_conditions_elsewhere: ClassVar[bool] = False
    collects: ClassVar[bool] = False

    ref: Name
    type: str | None = None
    name: str | None = None
    description: str | None = None
    conditions: ConditionsForm = None
    if_: ConditionsForm = msgspec.field(default=None, name="if")

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        """Adds the step to the program, or its problems to the source."""
        raise NotImplementedError

    def made(self, step: AnyStep) -> AnyStep:
        """Returns a step with what all kinds of step have in common."""
        return structs.replace(step, conditions=self.conditions)


def refs_in(value: Any) -> Iterator[str]:
    """Yields the refs of all steps in a file, nested ones included."""
    if isinstance(value, list):
        for item in value:
            yield from refs_in(item)
    elif isinstance(value, dict):
        if isinstance(value.get("ref"), str):
            yield value["ref"]
        for item in value.values():
            if isinstance(item, list | dict):
                yield from refs_in(item)
