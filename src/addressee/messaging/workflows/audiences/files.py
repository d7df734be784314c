"""Reads the files of audiences: `audiences/<key>/audience.json`, as Knock's command line writes them, or in YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from addressee.conditions import forms
from addressee.conditions.model import Condition, Conditions
from addressee.conditions.names import Names
from addressee.conditions.operators import AUDIENCE_OPERATORS
from addressee.messaging.definitions.folders import each_once, foldered
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.definitions.sources import Source
from addressee.messaging.workflows.audiences.membership import RECIPIENT
from addressee.messaging.workflows.audiences.model import (
    NOBODY,
    Audience,
    AudienceType,
    Segment,
    SegmentCondition,
)
from addressee.messaging.workflows.commits.documents import without_ignored
from addressee.messaging.workflows.files.chains import MAX_DEPTH, Chain, chains_without_end

FOLDER = "audiences"
NAMES = ("audience.yaml", "audience.json")

# What conditions of segments compare: the user, and nothing that only a run has.
NAMES_OF_USERS = Names(roots=(RECIPIENT,))

# What this file calls the parts of a condition.
FIELDS: Mapping[str | int, str] = {"variable": "property"}

MAX_DESCRIPTION = 1000

# The number of audiences that an environment has, and of segments of one; each is a group of its conditions.
MAX_AUDIENCES = 500
MAX_SEGMENTS = forms.MAX_GROUPS


class AudienceFile(Definition, frozen=True, kw_only=True):
    """The form of an audience's file, as Knock has it."""

    name: Name
    type: AudienceType
    key: str | None = None
    description: Annotated[str, msgspec.Meta(max_length=MAX_DESCRIPTION)] | None = None
    segments: Annotated[list[Segment], msgspec.Meta(max_length=MAX_SEGMENTS)] | None = None


@dataclass(frozen=True, slots=True)
class AudienceDefinition:
    """An audience as its file defines it."""

    key: str
    audience: Audience
    source: Source = field(repr=False)


def audience_sources(folder: Path) -> list[Source]:
    """Reads the audiences of a folder. A key that two files define is a problem of the second one."""
    return each_once("audience", foldered(folder, FOLDER, NAMES))


def read_audience_file(source: Source) -> AudienceDefinition | None:
    """Returns the audience of a file, None if there are problems with it, which the source is told."""
    if not source.has_key or source.problems:
        return None
    value = without_ignored(source.value)
    if not source.fits((), value, AudienceFile):
        return None
    file = msgspec.convert(value, AudienceFile)
    if file.key is not None and file.key != source.key:
        source.problem(("key",), f"the key is {source.key!r}, as the folder is called; leave this out")
    if file.type is AudienceType.STATIC and file.segments:
        message = "a static audience has the members that are added to it; 'segments' are for those of type dynamic"
        source.problem(("segments",), message)
    segments = file.segments or ()
    conditions = conditions_of(source, segments)
    if source.problems:
        return None
    audience = Audience(
        name=file.name,
        type=file.type,
        description=file.description,
        segments=tuple(segments),
        conditions=conditions,
    )
    return AudienceDefinition(source.key, audience, source)


def conditions_of(source: Source, segments: Sequence[Segment]) -> Conditions:
    """Returns segments as conditions, of which one group each is to be true. Records the problems with them."""
    groups = [compiled(source, ("segments", at, "conditions"), segment) for at, segment in enumerate(segments)]
    if sum(map(len, groups)) > forms.MAX_CONDITIONS:
        source.problem(("segments",), f"an audience has at most {forms.MAX_CONDITIONS} conditions")
    return Conditions(tuple(groups)) if groups else NOBODY


def compiled(source: Source, path: FieldPath, segment: Segment) -> tuple[Condition, ...]:
    if not segment.conditions:
        source.problem(path, "a segment has at least one condition: without, everybody would be a member")
    found = [condition_of(source, (*path, at), written) for at, written in enumerate(segment.conditions)]
    return tuple(condition for condition in found if condition is not None)


def condition_of(source: Source, path: FieldPath, written: SegmentCondition) -> Condition | None:
    """Returns a condition of a file as it is evaluated, None if there are problems with it."""
    problems = list(problems_of(written))
    for field_name, message in problems:
        source.problem((*path, field_name), message)
    if problems:
        return None
    argument = {} if written.argument is None else {"argument": written.argument}
    form = {"variable": written.property, "operator": written.operator, **argument}
    try:
        ((condition,),) = forms.parse(form, NAMES_OF_USERS).any_of
    except forms.FormError as error:
        for place, message in error.problems:
            source.problem((*path, *(FIELDS.get(name, name) for name in place)), message)
        return None
    return condition


def problems_of(written: SegmentCondition) -> Iterator[tuple[str, str]]:
    """Yields the fields and the problems of a condition that would mean something else in a step."""
    if written.property.partition(".")[0] != RECIPIENT:
        yield "property", f"the conditions of an audience are about users: a path like {RECIPIENT}.plan"
    is_key = isinstance(written.argument, str) and not NAMES_OF_USERS.is_path(written.argument)
    if written.operator in AUDIENCE_OPERATORS and not is_key:
        yield "argument", f"{written.operator} needs the key of an audience"


def check_audiences(defined: Sequence[AudienceDefinition], stored: Mapping[str, Audience]) -> None:
    """Tells the sources what is wrong with audiences beside those that the environment has."""
    changed = {each.key: each.audience for each in defined}
    known = {**changed, **{key: each for key, each in stored.items() if key not in changed}}
    for each in defined:
        before = stored.get(each.key)
        if before is not None and before.type is not each.audience.type:
            message = f"this audience is {before.type} in the environment; archive it first, or use another key"
            each.source.problem(("type",), message)
    if defined and len(known) > MAX_AUDIENCES:
        defined[-1].source.problem((), f"an environment has at most {MAX_AUDIENCES} audiences")
    check_chains({each.key: each.source for each in defined}, known)


def check_chains(sources: Mapping[str, Source], known: Mapping[str, Audience]) -> None:
    """Tells the sources which of their audiences would ask for each other without end. A circle is told once."""
    told: set[frozenset[str]] = set()
    for chain in chains_without_end({key: each.audiences for key, each in known.items()}):
        key = next((key for key in chain.keys if key in sources), None)
        if key is not None and frozenset(chain.keys) not in told:
            told.add(frozenset(chain.keys))
            sources[key].problem(("segments",), problem_of(chain))


def problem_of(chain: Chain) -> str:
    if chain.is_circle:
        return f"an audience must not ask for its own members: {chain}"
    return f"audiences may ask for the members of each other {MAX_DEPTH} deep: {chain}"
