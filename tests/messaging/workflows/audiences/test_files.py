"""Audiences in folders: what Knock's command line writes is read, and every mistake has its file and its line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from addressee.conditions.model import Condition, Conditions
from addressee.messaging.workflows.audiences import files as limits
from addressee.messaging.workflows.audiences.files import (
    AudienceDefinition,
    audience_sources,
    check_audiences,
    read_audience_file,
)
from addressee.messaging.workflows.audiences.model import (
    NOBODY,
    Audience,
    AudienceType,
    Segment,
    SegmentCondition,
)
from addressee.messaging.workflows.configuration import read_configuration
from tests.messaging.office import write_files

KNOCK = {
    "audiences/beta/audience.json": msgspec.json.encode(
        {
            "$schema": "https://schemas.example/audience.json",
            "name": "Beta testers",
            "type": "static",
            "description": "Who asked for it",
            "__readonly": {"key": "beta", "environment": "development", "created_at": "2025-06-01T00:00:00Z"},
        }
    ).decode(),
    "audiences/paying/audience.json": msgspec.json.encode(
        {
            "name": "Paying users",
            "type": "dynamic",
            "segments": [
                {
                    "conditions": [
                        {"property": "recipient.plan", "operator": "equal_to", "argument": "pro"},
                        {"property": "recipient.seats", "operator": "greater_than", "argument": "3"},
                    ]
                },
                {"conditions": [{"property": "recipient.vip", "operator": "exists", "argument": None}]},
            ],
        }
    ).decode(),
}


def read(
    folder: Path, files: Mapping[str, str], stored: Mapping[str, Audience] | None = None
) -> tuple[dict[str, Audience], list[str]]:
    """Returns the audiences of a folder, and the problems with them."""
    sources = audience_sources(write_files(folder, files))
    defined: Sequence[AudienceDefinition] = [each for source in sources if (each := read_audience_file(source))]
    check_audiences(defined, stored or {})
    problems = sorted({problem for source in sources for problem in source.problems})
    return {each.key: each.audience for each in defined}, [str(problem) for problem in problems]


def dynamic(*conditions: str, name: str = "Some") -> str:
    return f"name: {name}\ntype: dynamic\nsegments:\n  - conditions:\n" + "\n".join(
        f"      - {condition}" for condition in conditions
    )


def member_of(key: str) -> str:
    return f"{{property: recipient, operator: is_audience_member, argument: {key}}}"


def test_folders_as_knock_writes_them(tmp_path: Path) -> None:
    pro = Condition("recipient.plan", "equal_to", "pro")
    seats = Condition("recipient.seats", "greater_than", 3)
    assert read(tmp_path, KNOCK) == (
        {
            "beta": Audience(name="Beta testers", type=AudienceType.STATIC, description="Who asked for it"),
            "paying": Audience(
                name="Paying users",
                type=AudienceType.DYNAMIC,
                segments=(
                    Segment(
                        (
                            SegmentCondition(property="recipient.plan", operator="equal_to", argument="pro"),
                            SegmentCondition(property="recipient.seats", operator="greater_than", argument="3"),
                        )
                    ),
                    Segment((SegmentCondition(property="recipient.vip", operator="exists"),)),
                ),
                conditions=Conditions(((pro, seats), (Condition("recipient.vip", "exists"),))),
            ),
        },
        [],
    )


def test_an_audience_without_segments_has_nobody(tmp_path: Path) -> None:
    for number, written in enumerate(("", ", segments: []", ", segments: null")):
        files = {"audiences/none/audience.yaml": f"{{name: None, type: dynamic{written}}}"}
        audiences, problems = read(tmp_path / str(number), files)
        assert (audiences["none"].conditions, problems) == (NOBODY, [])


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    files = {
        "audiences/a/audience.yaml": "name: A\ntype: fluid",
        "audiences/b/audience.yaml": "key: c\nname: B\ntype: static\nsegments:\n  - conditions: []\nmembers: []",
        "audiences/c/audience.yaml": "name: C\nkey: b\ntype: static\nsegments:\n  - conditions: []",
        "audiences/d/audience.yaml": dynamic(
            "{property: plan, operator: equal_to, argument: pro}",
            "{property: recipient.plan, operator: equals, argument: pro}",
            "{property: recipient.plan, operator: equal_to}",
            "{property: recipient..plan, operator: exists}",
            "{property: recipient, operator: is_audience_member, argument: recipient.team}",
            "{property: recipient.at, operator: is_timestamp_before, argument: soon}",
        ),
        "audiences/e/audience.json": "{}",
        "audiences/e/audience.yaml": "{}",
        "audiences/no key/audience.json": "{}",
    }
    assert read(tmp_path, files) == (
        {},
        [
            "audiences/a/audience.yaml:2: this must be dynamic or static",
            "audiences/b/audience.yaml:6: there is no 'members' here; there are name, type, key, description, segments",
            "audiences/c/audience.yaml:2: the key is 'c', as the folder is called; leave this out",
            "audiences/c/audience.yaml:4: a static audience has the members that are added to it; "
            "'segments' are for those of type dynamic",
            "audiences/c/audience.yaml:5: a segment has at least one condition: without, everybody would be a member",
            "audiences/d/audience.yaml:5: the conditions of an audience are about users: a path like recipient.plan",
            "audiences/d/audience.yaml:6: there is no operator 'equals'; did you mean 'equal_to'?",
            "audiences/d/audience.yaml:7: equal_to needs an argument",
            "audiences/d/audience.yaml:8: 'recipient..plan' is not a path like data.plan",
            "audiences/d/audience.yaml:9: is_audience_member needs the key of an audience",
            "audiences/d/audience.yaml:10: is_timestamp_before needs a date, a date and time, or a "
            "time like '15 minutes ago' or '1 day from now'",
            "audiences/e/audience.json:1: 'name' is missing",
            "audiences/e/audience.json:1: 'type' is missing",
            "audiences/e/audience.yaml:1: the audience 'e' stands in audiences/e/audience.json too; keep one of them",
            "audiences/no key/audience.json:1: the folder's name must be a key: letters, digits, - and _",
        ],
    )


def test_audiences_ask_for_each_other_to_an_end(tmp_path: Path) -> None:
    files = {
        "audiences/one/audience.yaml": dynamic(member_of("two")),
        "audiences/two/audience.yaml": dynamic(member_of("stored")),
        "audiences/alone/audience.yaml": dynamic(member_of("beta")),
    }
    before = {
        "stored": Audience(
            name="Stored",
            type=AudienceType.DYNAMIC,
            conditions=Conditions(((Condition("recipient", "is_audience_member", "one"),),)),
        )
    }
    _, problems = read(tmp_path, files, before)
    assert problems == [
        "audiences/one/audience.yaml:3: an audience must not ask for its own members: one → two → stored → one"
    ]


def test_a_stored_audience_keeps_its_type(tmp_path: Path) -> None:
    before = {"beta": Audience(name="Beta", type=AudienceType.DYNAMIC)}
    _, problems = read(tmp_path, KNOCK, before)
    assert problems == [
        "audiences/beta/audience.json:1: this audience is dynamic in the environment; "
        "archive it first, or use another key"
    ]


def test_an_environment_has_so_many_audiences(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "MAX_AUDIENCES", 2)
    before = {"old": Audience(name="Old", type=AudienceType.STATIC)}
    _, problems = read(tmp_path, KNOCK, before)
    assert problems == ["audiences/paying/audience.json:1: an environment has at most 2 audiences"]


def test_a_push_warns_of_what_dynamic_audiences_do_not_do(tmp_path: Path) -> None:
    workflow = """
steps:
  - ref: wait
    type: wait_for_event
    settings:
      event: {event_type: audience, event_key: enter, audience_key: paying}
      match_conditions: [event.transition == enter]
  - ref: add
    type: update_audience
    settings:
      action: add
      audience_key: %s
"""
    files = {**KNOCK, "workflows/a.yaml": workflow % "paying", "workflows/b.yaml": workflow % "beta"}
    never = "nobody enters or leaves a dynamic audience at a moment that is told: this never happens"
    assert [str(warning) for warning in read_configuration(write_files(tmp_path, files), {}).warnings] == [
        f"workflows/a.yaml:6: {never}",
        "workflows/a.yaml:12: the members of the audience 'paying' follow its conditions: this step will fail",
        f"workflows/b.yaml:6: {never}",
    ]
