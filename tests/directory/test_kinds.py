"""Kinds and groups: a kind takes precedence over its group, and setting a group clears its kinds."""

from typing import Any

import pytest

from addressee.directory.kinds import GROUPS, KINDS, covers, deciding_name, effective_name, group_setting, merged_kinds

NONE_OF_PUSH = dict.fromkeys(GROUPS["push"], False)


def test_every_member_of_a_group_is_a_kind() -> None:
    assert {kind for kinds in GROUPS.values() for kind in kinds} < set(KINDS)
    assert not GROUPS.keys() & set(KINDS)


@pytest.mark.parametrize(
    ("stored", "given", "merged"),
    [
        ({"email": True}, {"sms": False}, {"email": True, "sms": False}),
        ({"android_push": True, "sms": True}, {"push": False}, {"push": False, "sms": True}),
        ({"push": False}, {"ios_push": True}, {"push": False, "ios_push": True}),
        ({"slack": True}, {"chat": False, "discord": True}, {"chat": False, "discord": True}),
        ({"push": {"conditions": []}}, {"push": True}, {"push": True}),
    ],
)
def test_one_map_over_another(stored: dict[str, Any], given: dict[str, Any], merged: dict[str, Any]) -> None:
    assert merged_kinds(stored, given) == merged


@pytest.mark.parametrize(
    ("kinds", "kind", "name"),
    [
        ({"push": False, "ios_push": True}, "ios_push", "ios_push"),
        ({"push": False, "ios_push": True}, "web_push", "push"),
        ({"push": False}, "email", None),
        ({}, "slack", None),
    ],
)
def test_the_finer_name_counts(kinds: dict[str, Any], kind: str, name: str | None) -> None:
    assert effective_name(kinds, kind) == name


@pytest.mark.parametrize(
    ("kinds", "value"),
    [
        ({}, None),
        ({"push": True}, True),
        ({"push": False}, False),
        ({"push": {"conditions": []}}, {"conditions": []}),
        ({"ios_push": False}, None),
        (NONE_OF_PUSH, False),
        ({"push": True, **NONE_OF_PUSH}, False),
        ({"push": False, "ios_push": True}, True),
        ({"push": True, "ios_push": False}, True),
    ],
)
def test_a_group_reads_false_when_all_its_members_do(kinds: dict[str, Any], value: Any) -> None:
    assert group_setting(kinds, "push") == value


@pytest.mark.parametrize(
    ("kinds", "name"),
    [
        ({}, None),
        ({"ios_push": False}, None),
        ({"push": True, "ios_push": False}, "push"),
        ({"push": False}, "push"),
        ({"push": False, "ios_push": True}, "ios_push"),
        ({"push": True, **NONE_OF_PUSH}, "android_push"),
        (NONE_OF_PUSH, "android_push"),
    ],
)
def test_what_decides_for_a_device_of_any_kind(kinds: dict[str, Any], name: str | None) -> None:
    assert deciding_name(kinds, "push") == name
    setting = group_setting(kinds, "push")
    assert setting is None if name is None else kinds[name] == setting


def test_a_group_is_covered_by_all_its_kinds_together() -> None:
    assert covers(GROUPS["push"], "push")
    assert not covers({"ios_push", "web_push", "email"}, "push")
    assert covers({"email"}, "email")
    assert not covers({"email"}, "sms")
