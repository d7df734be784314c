"""Compiled branches take exactly the arms that an interpreter of the nested tree takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from addressee.messaging.definitions.sources import Source
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.compiler import Compiler, UsableChannel
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.kinds import form_of
from addressee.messaging.steps.machine import run_through
from addressee.messaging.steps.run import RunStatus
from tests.messaging.steps.test_machine import ADA, RUN, context
from tests.support.providers import provider_named

NAMES = ("a", "b", "c")


def conditional(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from((None, *NAMES)))
    return {} if name is None else {"if": f"data.{name}"}


@st.composite
def steps(draw: st.DrawFn, depth: int = 3) -> list[dict[str, Any]]:
    made = []
    for _ in range(draw(st.integers(0, 3))):
        is_branch = depth > 0 and draw(st.booleans())
        made.append(draw(branch(depth)) if is_branch else {"channel": "in-app", **conditional(draw)})
    return made


@st.composite
def branch(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    arms = [
        {
            "if": f"data.{draw(st.sampled_from(NAMES))}",
            "steps": draw(steps(depth - 1)),
            "terminates": draw(st.booleans()),
        }
        for _ in range(draw(st.integers(0, 3)))
    ]
    default = {"steps": draw(steps(depth - 1)), "terminates": draw(st.booleans())}
    return {"type": "branch", "branches": [*arms, default], **conditional(draw)}


def named(written: list[dict[str, Any]], counter: Iterator[int]) -> list[dict[str, Any]]:
    """Gives each step a ref, and each channel step a template."""
    found = []
    for step in written:
        one = {"ref": f"step-{next(counter)}", **step}
        if "branches" in step:
            one["branches"] = [{**arm, "steps": named(arm["steps"], counter)} for arm in step["branches"]]
        else:
            one["template"] = {"body": "x"}
        found.append(one)
    return found


class EndedError(Exception):
    """A branch that terminates was left."""


def interpreted(written: list[dict[str, Any]], data: dict[str, bool]) -> list[str]:
    """The steps that send something, in the order in which a naive interpreter comes to them."""
    sent: list[str] = []

    def holds(part: dict[str, Any]) -> bool:
        return "if" not in part or data[part["if"].removeprefix("data.")]

    def interpret(several: list[dict[str, Any]]) -> None:
        for step in several:
            if not holds(step):
                continue
            if "branches" not in step:
                sent.append(step["ref"])
                continue
            arm = next(arm for arm in step["branches"] if holds(arm))
            interpret(arm["steps"])
            if arm["terminates"]:
                raise EndedError

    with suppress(EndedError):
        interpret(written)
    return sent


def context_with(data: dict[str, bool]) -> StepContext:
    return structs.replace(context(ADA, **data), trigger_data=data)


def compiled(written: list[dict[str, Any]]) -> Compiler:
    source = Source("workflows/x.yaml", "x", value={"steps": written})
    provider = provider_named("feed")
    compiler = Compiler(source, {"in-app": UsableChannel(provider)}, form_of)
    compiler.compile(("steps",), written)
    assert source.problems == []
    return compiler


@settings(max_examples=30)
@given(steps(2), st.fixed_dictionaries({name: st.booleans() for name in NAMES}))
def test_the_program_does_what_the_tree_says(tree: list[dict[str, Any]], data: dict[str, bool]) -> None:
    written = named(tree, iter(range(1000)))
    done = run_through(RUN, compiled(written).program, context_with(data))
    assert [message.step.ref for message in done.messages] == interpreted(written, data)
    assert done.run.status is RunStatus.COMPLETED


@settings(max_examples=30)
@given(steps(2), st.fixed_dictionaries({name: st.booleans() for name in NAMES}))
def test_every_step_leads_on(tree: list[dict[str, Any]], data: dict[str, bool]) -> None:
    program = compiled(named(tree, iter(range(1000)))).program
    here = context_with(data)
    assert here.recipient is not None
    for position, step in enumerate(program):
        run = structs.replace(RUN, step=position, status=RunStatus.PROCESSING)
        assert position < step.skipped(run).step <= len(program)
        if not isinstance(step, ChannelStep):
            assert position < step.take(run, here.recipient, here).run.step <= len(program)
