"""Steps that name a group of channels: which channels they take, and what the journal says of the others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

from addressee.channels.provider import ChannelType
from addressee.channels.providers import PROVIDERS
from addressee.conditions.model import Condition, Conditions
from addressee.directory.recipient import Document
from addressee.messaging.definitions.reading import read
from addressee.messaging.environment.channel_groups import ChannelGroup, ChannelRule, GroupOperator, RuleType
from addressee.messaging.environment.channels import Channel
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.steps.model import Step
from addressee.messaging.workflows.files.workflows import read_workflow
from tests.messaging.office import write_files
from tests.messaging.steps.test_machine import ADA, NOW, RUN, context, run_through

TYPES = {"first": "smtp", "second": "outbox", "third": "smtp"}
USABLE = {key: UsableChannel(PROVIDERS[ChannelType.EMAIL, provider]) for key, provider in TYPES.items()}
CHANNELS = {
    key: Channel(UUID(int=number), key, key, ChannelType.EMAIL, provider, {"from": "us@example.com"}, NOW, NOW)
    for number, (key, provider) in enumerate(TYPES.items(), start=10)
}
TEMPLATE = {"subject": "Hi", "text": "{{ data.x }}"}
END = {"ref": "end", "channel_key": "third", "template": TEMPLATE}


def rule(key: str, type: RuleType = RuleType.ALWAYS, argument: str = "eu") -> ChannelRule:
    condition = Condition("recipient.region", "equal_to", argument, negated=type is RuleType.UNLESS)
    return ChannelRule(
        channel_key=key,
        rule_type=type,
        conditions=None if type is RuleType.ALWAYS else Conditions(((condition,),)),
    )


def group(*rules: ChannelRule, operator: GroupOperator = GroupOperator.ANY) -> ChannelGroup:
    return ChannelGroup(name="Mail", channel_type=ChannelType.EMAIL, operator=operator, channel_rules=rules)


EUROPE_FIRST = group(rule("first", RuleType.IF), rule("second", RuleType.UNLESS, "mars"), rule("third"))


def compiled(folder: Path, defined: ChannelGroup, *steps: Any, **written: Any) -> tuple[Sequence[Step], list[str]]:
    """Returns the program of a step that names the group `mail` with other steps behind it, and its problems."""
    step = {"ref": "note", "type": "channel", "channel_group_key": "mail", "template": TEMPLATE, **written}
    workflow = msgspec.json.encode({"steps": [step, *steps]}).decode()
    source = read(write_files(folder, {"workflows/w.yaml": workflow}) / "workflows/w.yaml", folder)
    found = read_workflow(source, USABLE, channel_groups={"mail": defined})
    return (() if found is None else found.workflow.steps), [problem.message for problem in source.problems]


def told(program: Sequence[Step], *, region: str = "eu", **data: Any) -> tuple[list[str], list[tuple[str, Any]]]:
    """Returns the channels that messages go out on, and the journal's entries about steps that make none."""
    ada = structs.replace(ADA, properties={"region": region})
    here = structs.replace(context(ada, **data), channels=CHANNELS)
    run, messages = run_through(RUN, program, here)
    said = [
        (entry["step_ref"], entry["data"])
        for entry in run.journal
        if entry["event"] in {"step_skipped", "channel_chosen"}
    ]
    return [message.channel.key for message in messages], said


def compared(operator: str, value: str, argument: str) -> Document:
    shown = {"variable": "recipient.region", "operator": operator, "argument": argument, "value": value}
    return {"reason": "conditions", "conditions": [{**shown, "result": False}]}


def test_the_first_channel_whose_rule_holds_takes_the_message(tmp_path: Path) -> None:
    program, problems = compiled(tmp_path, EUROPE_FIRST, END)
    assert problems == []
    assert told(program) == (
        ["first", "third"],
        [("note", {"channel": "first", "not_tried": ("second", "third")})],
    )
    assert told(program, region="asia") == (
        ["second", "third"],
        [
            ("note-first", compared("equal_to", "asia", "eu")),
            ("note", {"channel": "second", "not_tried": ("third",)}),
        ],
    )
    assert told(program, region="mars") == (
        ["third", "third"],
        [
            ("note-first", compared("equal_to", "mars", "eu")),
            ("note-second", compared("not equal_to", "mars", "mars")),
        ],
    )


def test_a_channel_that_cannot_render_the_message_is_followed_by_the_next(tmp_path: Path) -> None:
    failing = {"subject": "Hi", "text": "{{ 1 | divided_by: data.x }}"}
    program, _ = compiled(tmp_path, EUROPE_FIRST, END, template=failing)
    assert told(program, x=0)[0] == ["first", "second", "third", "third"]


def test_all_channels_whose_rules_hold_get_a_message_each(tmp_path: Path) -> None:
    defined = structs.replace(EUROPE_FIRST, operator=GroupOperator.ALL)
    program, _ = compiled(tmp_path, defined, END)
    assert told(program)[0] == ["first", "second", "third", "third"]
    assert told(program, region="asia")[0] == ["second", "third", "third"]


def test_conditions_of_the_step_are_needed_too(tmp_path: Path) -> None:
    for operator in GroupOperator:
        defined = structs.replace(EUROPE_FIRST, operator=operator)
        program, _ = compiled(tmp_path, defined, END, conditions="data.wanted == true")
        assert told(program, wanted=False)[0] == ["third"]
        assert told(program, wanted=True)[0][:1] == ["first"]


def test_a_group_of_one(tmp_path: Path) -> None:
    program, problems = compiled(tmp_path, group(rule("second")))
    assert (told(program), problems) == ((["second"], []), [])


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"channel_group_key": "mial"}, "there is no channel group 'mial'; did you mean 'mail'?"),
        (
            {"channel_key": "first"},
            "'channel_group_key' and 'channel_key' both say where this goes; keep one of them",
        ),
        ({"channel_type": "push"}, "the channel is of type email"),
        (
            {"throttle": {"throttle_limit": 1, "throttle_window": "1d"}},
            "a step of a channel group has no throttle of its own; put a throttle step in front",
        ),
        ({"template": None}, "'template' is missing"),
        ({"template": {"subject": "x"}}, "an e-mail needs 'html', 'visual_blocks' or 'text'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, written: Any, problem: str) -> None:
    _, problems = compiled(tmp_path, EUROPE_FIRST, **written)
    assert set(problems) == {problem}


def test_a_group_without_channels_is_refused(tmp_path: Path) -> None:
    assert compiled(tmp_path, group())[1] == ["the channel group 'mail' has no channels"]


def test_parts_have_refs_of_their_own(tmp_path: Path) -> None:
    other = {"ref": "note-third", "channel_key": "third", "template": TEMPLATE}
    assert compiled(tmp_path, EUROPE_FIRST, other)[1] == ["another step is called 'note-third'"]
