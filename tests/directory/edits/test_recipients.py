"""The effect of each edit on a recipient, on a tombstone, and where there is none."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from addressee.directory.documents import Bounds, Merge
from addressee.directory.edits.context import EditContext, Revives
from addressee.directory.edits.recipients import (
    Add,
    AddAddress,
    Append,
    ChangeChannelData,
    ChangePreferences,
    ChangePreferenceSets,
    Delete,
    DisableAddress,
    Each,
    Edit,
    EnableAddress,
    History,
    Identify,
    Item,
    Remove,
    RemoveAddress,
    RemoveAddresses,
    Set,
    SetChannelData,
    SetOnce,
    SetPreferences,
    Unset,
    UnsetChannelData,
    UnsetPreferences,
)
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Place, Recipient
from tests.support.documents import documents, names, scalars, values

HERE = Place(1, USERS, "ada")
EARLIER = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
OLD_UID, NEW_UID = UUID(int=1), UUID(int=2)
CONTEXT = EditContext(NOW, 8, lambda: NEW_UID)

details = st.dictionaries(st.just("device_id"), st.text("ab", min_size=1, max_size=2))

edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(Identify, properties=documents, merge=st.sampled_from(Merge)),
    st.builds(Identify, attributes=st.dictionaries(st.sampled_from(["name", "email"]), st.none() | st.text("ab"))),
    st.builds(SetOnce, documents),
    st.builds(Append, st.dictionaries(names, values, max_size=2)),
    st.builds(Remove, st.dictionaries(names, scalars, max_size=2)),
    st.builds(Unset, st.lists(names, max_size=3).map(tuple)),
    st.builds(Set, documents),
    st.builds(AddAddress, st.just("email"), st.sampled_from(["a@x.yz", "b@x.yz"])),
    st.builds(AddAddress, st.just("android_push"), st.sampled_from(["t", "u"]), st.just("fcm"), details),
    st.builds(RemoveAddress, st.just("email"), st.sampled_from(["a@x.yz", "b@x.yz"])),
    st.builds(RemoveAddresses, st.sampled_from(["email", "android_push"])),
    st.builds(DisableAddress, st.just("email"), st.sampled_from(["a@x.yz", "b@x.yz"])),
    st.builds(EnableAddress, st.just("email"), st.sampled_from(["a@x.yz", "b@x.yz"])),
    st.builds(SetChannelData, st.sampled_from(["fcm", "slack"]), documents),
    st.builds(UnsetChannelData, st.sampled_from(["fcm", "slack"])),
    st.builds(SetPreferences, st.sampled_from(["default", "acme"]), documents, st.sampled_from(Merge)),
    st.builds(UnsetPreferences, st.sampled_from(["default", "acme"])),
    st.builds(Delete),
)


def ada(**documents: Any) -> Recipient:
    return Recipient(HERE, OLD_UID, 7, EARLIER, **documents)


def tombstone() -> Recipient:
    return Recipient(HERE, OLD_UID, 7, EARLIER, deleted_at=EARLIER)


def properties(found: Recipient | None, edit: Edit) -> dict[str, Any]:
    recipient = edit.apply(found, HERE, CONTEXT)
    assert recipient is not None
    return recipient.properties


def test_identify_creates_who_is_missing() -> None:
    created = Identify(attributes={"name": "Ada"}, properties={"plan": "pro"}).apply(None, HERE, CONTEXT)
    assert created == Recipient(HERE, NEW_UID, 8, NOW, {"name": "Ada"}, {"plan": "pro"})


def test_identify_on_a_tombstone_is_someone_new_who_inherits_nothing() -> None:
    revived = Identify(properties={"plan": "pro"}).apply(tombstone(), HERE, CONTEXT)
    assert revived == Recipient(HERE, NEW_UID, 8, NOW, {}, {"plan": "pro"})


@pytest.mark.parametrize(
    ("edit", "erased", "kept"),
    [
        (Identify(), True, True),
        (Identify(revives=Revives.ERASED), True, False),
        (Identify(revives=Revives.NOBODY), False, False),
        (SetChannelData("c", {}), True, False),
        (SetPreferences("default", {}), True, False),
        (ChangePreferences("default", dict), True, False),
        (Set({"plan": "pro"}), True, False),
        (SetOnce({"plan": "pro"}), True, False),
        (Add({"n": 1}), True, False),
        (Append({"tags": "a"}), True, False),
        (AddAddress("email", "ada@example.com"), True, False),
        (Each((Item("", Identify()), Item("", Set({"plan": "pro"})))), True, True),
        (Each((Item("", Identify(revives=Revives.ERASED)), Item("", Set({"plan": "pro"})))), True, False),
        (Each((Item("", Identify(revives=Revives.NOBODY)), Item("", Set({"plan": "pro"})))), False, False),
    ],
)
def test_whom_an_edit_brings_back(edit: Edit, erased: bool, kept: bool) -> None:
    """Whose history is kept is brought back by an identify alone; some identifies bring back nobody."""
    for history_kept, expected in ((False, erased), (True, kept)):
        deleted = structs.replace(tombstone(), deletions=3, history_kept=history_kept)
        if expected:
            found = edit.apply(deleted, HERE, CONTEXT)
            assert found is not None
            assert (found.uid, found.lives, found.deletions, found.history_kept) == (NEW_UID, True, 3, False)
        else:
            with pytest.raises(RefusedError, match=r"was deleted; identify it by a call of its own"):
                edit.apply(deleted, HERE, CONTEXT)


@pytest.mark.parametrize("history", History)
def test_a_deletion_says_what_becomes_of_the_history(history: History) -> None:
    deleted = Delete(history).apply(structs.replace(ada(), deletions=2), HERE, CONTEXT)
    assert deleted is not None
    assert (deleted.lives, deleted.deletions, deleted.history_kept) == (False, 3, history is History.KEPT)


def test_identify_changes_only_the_keys_given() -> None:
    changed = Identify(attributes={"email": None}, properties={"city": "Ulm"}).apply(
        ada(attributes={"name": "Ada", "email": "a@b.c"}, properties={"plan": "pro"}), HERE, CONTEXT
    )
    assert changed.attributes == {"name": "Ada", "email": None}
    assert changed.properties == {"plan": "pro", "city": "Ulm"}
    assert (changed.uid, changed.updated_at) == (OLD_UID, NOW)


def test_properties_that_are_none_take_all_away() -> None:
    found = ada(attributes={"name": "Ada"}, properties={"plan": "pro"})
    assert properties(found, Identify(properties=None)) == {}
    assert properties(None, Identify(properties=None)) == {}
    bare = ada(attributes={"name": "Ada"})
    assert Identify(properties=None).apply(bare, HERE, CONTEXT) is bare


def test_a_patch_that_takes_away_what_is_not_there_is_no_change() -> None:
    found = ada(properties={"plan": {"tier": "pro"}})
    edit = Identify(properties={"city": None, "plan": {"seats": None}}, merge=Merge.PATCH)
    assert edit.apply(found, HERE, CONTEXT) is found


def test_what_becomes_of_properties_is_within_bounds_and_what_is_not_touched_need_not_be() -> None:
    bounds = Bounds("custom_fields", 3, 50)
    found = ada(properties={"a": "x" * 40})
    with pytest.raises(RefusedError, match="custom_fields must be at most 50 bytes") as refusal:
        Identify(properties={"b": "x" * 10}, merge=Merge.PATCH, bounds=bounds).apply(found, HERE, CONTEXT)
    assert (refusal.value.reason, refusal.value.field) == ("size", "custom_fields")
    large = ada(properties={"a": "x" * 60})
    assert (
        Identify(attributes={"name": "Ada"}, bounds=bounds).apply(large, HERE, CONTEXT).properties == large.properties
    )
    assert properties(large, Identify(properties={"a": None}, merge=Merge.PATCH, bounds=bounds)) == {}


def test_the_same_again_is_no_change() -> None:
    found = ada(attributes={"name": "Ada"}, properties={"plan": {"tier": "pro"}})
    assert (
        Identify(attributes={"name": "Ada"}, properties={"plan": {"tier": "pro"}}).apply(found, HERE, CONTEXT) is found
    )


def test_true_is_not_one() -> None:
    assert properties(ada(properties={"a": 1}), Identify(properties={"a": True})) == {"a": True}
    changed = Identify(properties={"a": True}).apply(ada(properties={"a": 1}), HERE, CONTEXT)
    assert changed.properties["a"] is True


def test_the_parts_of_a_branding_are_merged() -> None:
    found = ada(attributes={"name": "Acme", "branding": {"logo_url": "a", "icon_url": "b"}})
    changed = Identify({"branding": {"icon_url": None, "primary_color": "#fff"}}).apply(found, HERE, CONTEXT)
    assert changed.attributes["branding"] == {"logo_url": "a", "icon_url": None, "primary_color": "#fff"}
    assert Identify({"branding": None}).apply(found, HERE, CONTEXT).attributes == {"name": "Acme", "branding": None}


def test_a_link_of_a_branding_that_is_null_goes() -> None:
    found = ada(attributes={"branding": {"logo_url": "a", "social_links": {"x": "x.example", "y": "y.example"}}})
    given = {"branding": {"social_links": {"x": None, "z": "z.example", "none": None}}}
    assert Identify(given).apply(found, HERE, CONTEXT).attributes == {
        "branding": {"logo_url": "a", "social_links": {"y": "y.example", "z": "z.example"}}
    }
    assert Identify(given).apply(None, HERE, CONTEXT).attributes == {"branding": {"social_links": {"z": "z.example"}}}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": 5}, "name"),
        ({"email": ["a@b.c"]}, "email"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"created_at": 5}, "created_at"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "created_at"),
        ({"nickname": "Ada"}, "nickname"),
        ({"name": "\ud800"}, "name"),
        ({"branding": "blue"}, "branding"),
        ({"branding": {"logo_url": 5}}, "branding.logo_url"),
        ({"branding": {"icon_url": "\0"}}, "branding.icon_url"),
        ({"branding": {"colour": "#fff"}}, "branding"),
        ({"branding": {"social_links": []}}, "branding.social_links"),
        ({"branding": {"social_links": {"x": 5}}}, "branding.social_links.x"),
        ({"branding": {"social_links": {"\0": "x"}}}, "branding.social_links"),
        ({"branding": {"social_links": {str(index): "x" for index in range(101)}}}, "branding.social_links"),
    ],
)
def test_an_attribute_of_the_wrong_kind_is_refused(given: dict[str, object], field: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        Identify(attributes=given).apply(None, HERE, CONTEXT)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2025-01-02T03:04:05Z", "2025-01-02T03:04:05.000Z"),
        ("2025-01-02T03:04:05.678901+02:00", "2025-01-02T01:04:05.678Z"),
        ("2025-01-02T03:04:05", "2025-01-02T03:04:05.000Z"),
        ("2025-01-02", "2025-01-02T00:00:00.000Z"),
    ],
)
def test_created_at_is_kept_in_utc_with_milliseconds(given: str, stored: str) -> None:
    created = Identify(attributes={"created_at": given}).apply(None, HERE, CONTEXT)
    assert created.attributes == {"created_at": stored}


def test_properties_have_a_limit_after_merging() -> None:
    found = ada(properties={"a": "x" * 200_000})
    assert len(properties(found, Identify(properties={"b": "x" * 50_000}))) == 2
    with pytest.raises(RefusedError, match="256,000 bytes"):
        Identify(properties={"b": "x" * 60_000}).apply(found, HERE, CONTEXT)


def test_set_once_keeps_what_was_set_even_to_null() -> None:
    assert properties(ada(properties={"a": 1, "b": None}), SetOnce({"a": 2, "b": 2, "c": 2})) == {
        "a": 1,
        "b": None,
        "c": 2,
    }


def test_add_counts_what_is_missing_as_zero() -> None:
    found = ada(properties={"a": 1, "b": None})
    assert properties(found, Add({"a": 2, "b": 3, "c": -0.5})) == {"a": 3, "b": 3, "c": -0.5}


@pytest.mark.parametrize(
    ("stored", "amount"),
    [("1", 1), (True, 1), ([1], 1), (1, "1"), (1, True), (2**62, 2**62)],
)
def test_add_refuses_what_is_no_number(stored: object, amount: Any) -> None:
    with pytest.raises(RefusedError):
        Add({"a": amount}).apply(ada(properties={"a": stored}), HERE, CONTEXT)


def test_append_starts_lists_and_extends_them() -> None:
    found = ada(properties={"list": [1], "scalar": 1, "null": None})
    appended = Append({"list": 2, "scalar": 2, "null": 2, "missing": 2})
    assert properties(found, appended) == {"list": [1, 2], "scalar": [1, 2], "null": [2], "missing": [2]}


def test_remove_takes_every_occurrence_out_of_lists_only() -> None:
    found = ada(properties={"list": [1, 2, 1, True], "scalar": 1})
    assert properties(found, Remove({"list": 1, "scalar": 1, "missing": 1})) == {"list": [2, True], "scalar": 1}


def test_unset_removes_by_name() -> None:
    assert properties(ada(properties={"a": 1, "b": 2}), Unset(("a", "c"))) == {"b": 2}


def test_channel_data_remember_when_they_were_made_and_changed() -> None:
    at = "2025-06-01T12:00:00.000Z"
    created = SetChannelData("fcm", {"tokens": ["t1"]}).apply(ada(), HERE, CONTEXT)
    assert created.channel_data == {"fcm": {"data": {"tokens": ["t1"]}, "created_at": at, "updated_at": at}}
    later = EditContext(datetime(2025, 6, 2, tzinfo=UTC), 9, lambda: NEW_UID)
    replaced = SetChannelData("fcm", {"tokens": ["t2"]}).apply(created, HERE, later)
    assert replaced.channel_data["fcm"] == {
        "data": {"tokens": ["t2"]},
        "created_at": at,
        "updated_at": "2025-06-02T00:00:00.000Z",
    }
    assert SetChannelData("fcm", {"tokens": ["t2"]}).apply(replaced, HERE, CONTEXT) is replaced
    unset = UnsetChannelData("fcm").apply(replaced, HERE, CONTEXT)
    assert unset is not None
    assert unset.channel_data == {}


def test_a_preference_set_is_replaced_or_merged() -> None:
    found = ada(preferences={"default": {"channel_types": {"email": True}}})
    replaced = SetPreferences("default", {"channel_types": {"sms": False}}).apply(found, HERE, CONTEXT)
    assert replaced.preferences == {"default": {"channel_types": {"sms": False}}}
    merged = SetPreferences("default", {"channel_types": {"sms": False}}, Merge.DEEP).apply(found, HERE, CONTEXT)
    assert merged.preferences == {"default": {"channel_types": {"email": True, "sms": False}}}


def test_a_group_that_is_written_clears_what_is_stored_of_its_members() -> None:
    found = ada(
        preferences={
            "default": {
                "kinds": {"ios_push": False, "sms": True},
                "workflows": {"kinds": {"kinds": {"slack": False}}, "other": {"kinds": {"slack": False}}},
            }
        }
    )
    given = {"kinds": {"push": True}, "workflows": {"kinds": {"kinds": {"chat": True}}}}
    made = {
        "kinds": {"push": True, "sms": True},
        "workflows": {"kinds": {"kinds": {"chat": True}}, "other": {"kinds": {"slack": False}}},
    }
    merged = SetPreferences("default", given, Merge.DEEP).apply(found, HERE, CONTEXT)
    assert merged.preferences == {"default": made}
    identified = Identify(preferences={"default": given, "acme": {}}).apply(found, HERE, CONTEXT)
    assert identified.preferences == {"default": made, "acme": {}}


def test_true_or_false_is_the_whole_of_a_scope() -> None:
    found = ada(preferences={"default": {"workflows": {"a": {"kinds": {"sms": True}}, "b": False}}})
    given = {"workflows": {"a": False, "b": {"kinds": {"sms": True}}}}
    assert SetPreferences("default", given, Merge.DEEP).apply(found, HERE, CONTEXT).preferences["default"] == given


def test_channel_data_can_be_changed_by_what_they_hold() -> None:
    def with_a_token(stored: dict[str, Any]) -> dict[str, Any]:
        return {**stored, "tokens": ["t"]}

    old = {"data": {"other": 1}, "created_at": "2025-01-01T00:00:00.000Z", "updated_at": "2025-01-01T00:00:00.000Z"}
    found = ada(channel_data={"apns": old})
    changed = ChangeChannelData("apns", with_a_token).apply(found, HERE, CONTEXT)
    assert changed is not None
    now = "2025-06-01T12:00:00.000Z"
    made = {"data": {"other": 1, "tokens": ["t"]}, "created_at": old["created_at"], "updated_at": now}
    assert changed.channel_data == {"apns": made}
    assert ChangeChannelData("apns", with_a_token).apply(changed, HERE, CONTEXT) is changed
    created = ChangeChannelData("fcm", with_a_token).apply(found, HERE, CONTEXT)
    assert created is not None
    assert created.channel_data == {
        "apns": old,
        "fcm": {"data": {"tokens": ["t"]}, "created_at": now, "updated_at": now},
    }


def test_a_change_of_channel_data_may_remove_them_or_leave_them() -> None:
    found = ada(channel_data={"apns": {"data": {}, "created_at": "", "updated_at": ""}})
    removed = ChangeChannelData("apns", lambda _: None).apply(found, HERE, CONTEXT)
    assert removed is not None
    assert removed.channel_data == {}
    assert ChangeChannelData("fcm", lambda _: None).apply(found, HERE, CONTEXT) is found
    assert ChangeChannelData("fcm", lambda stored: stored).apply(found, HERE, CONTEXT) is found


def test_a_change_of_channel_data_creates_nobody() -> None:
    edit = ChangeChannelData("apns", lambda _: {"tokens": ["t"]})
    tombstone = Delete().apply(ada(), HERE, CONTEXT)
    assert edit.apply(None, HERE, CONTEXT) is None
    assert edit.apply(tombstone, HERE, CONTEXT) is tombstone
    with pytest.raises(RefusedError):
        ChangeChannelData("apns", lambda _: {"tokens": "\0"}).apply(ada(), HERE, CONTEXT)


def test_a_preference_set_can_be_changed_by_what_it_holds() -> None:
    def without_kinds(stored: dict[str, Any]) -> dict[str, Any]:
        return {"enabled": True, **{name: value for name, value in stored.items() if name != "kinds"}}

    found = ada(preferences={"default": {"kinds": {"sms": True}, "commercial": False}, "acme": {}})
    changed = ChangePreferences("default", without_kinds).apply(found, HERE, CONTEXT)
    assert changed.preferences == {"default": {"enabled": True, "commercial": False}, "acme": {}}
    assert ChangePreferences("default", without_kinds).apply(changed, HERE, CONTEXT) is changed
    created = ChangePreferences("default", without_kinds).apply(None, HERE, CONTEXT)
    assert created == Recipient(HERE, NEW_UID, 8, NOW, preferences={"default": {"enabled": True}})
    with pytest.raises(RefusedError):
        ChangePreferences("default", lambda _: {"kinds": "\0"}).apply(found, HERE, CONTEXT)


def test_all_preference_sets_are_made_of_the_stored_ones_and_nobody_comes_to_be_of_it() -> None:
    def swapped(sets: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: document for name, document in sets.items() if name != "acme"} | {"zeta": {"enabled": False}}

    found = ada(preferences={"default": {"enabled": True}, "acme": {}})
    changed = ChangePreferenceSets(swapped).apply(found, HERE, CONTEXT)
    assert changed is not None
    assert changed.preferences == {"default": {"enabled": True}, "zeta": {"enabled": False}}
    assert ChangePreferenceSets(swapped).apply(changed, HERE, CONTEXT) is changed
    assert ChangePreferenceSets(swapped).apply(None, HERE, CONTEXT) is None
    tombstone = Delete().apply(found, HERE, CONTEXT)
    assert ChangePreferenceSets(swapped).apply(tombstone, HERE, CONTEXT) is tombstone
    created = ChangePreferenceSets(swapped, creates=True).apply(None, HERE, CONTEXT)
    assert created == Recipient(HERE, NEW_UID, 8, NOW, preferences={"zeta": {"enabled": False}})
    with pytest.raises(RefusedError):
        ChangePreferenceSets(lambda _: {"default": {"kinds": "\0"}}).apply(found, HERE, CONTEXT)


def test_delete_leaves_a_tombstone_with_nothing_in_it() -> None:
    found = ada(attributes={"name": "Ada"}, properties={"a": 1}, channel_data={"x": {}}, preferences={"default": {}})
    assert Delete().apply(found, HERE, CONTEXT) == Recipient(HERE, OLD_UID, 8, NOW, deleted_at=NOW, deletions=1)


@pytest.mark.parametrize(("history", "is_kept"), [(History.ERASED, False), (History.KEPT, True)])
def test_delete_leaves_a_tombstone_that_says_whether_the_history_is_kept(history: History, is_kept: bool) -> None:
    context = EditContext(NOW, 8, lambda: NEW_UID)
    left = Delete(history).apply(ada(attributes={"name": "Ada"}), HERE, context)
    assert left == Recipient(HERE, OLD_UID, 8, NOW, deleted_at=NOW, deletions=1, history_kept=is_kept)
    assert Delete(history).apply(left, HERE, context) is left
    assert Delete(history).apply(None, HERE, context) is None
    assert context.ended == {OLD_UID: is_kept}


@pytest.mark.parametrize(
    "edit",
    [Delete(), Delete(History.KEPT), Remove({"a": 1}), Unset(("a",)), UnsetChannelData("x"), UnsetPreferences("x")],
)
def test_what_takes_away_creates_and_revives_no_one(edit: Edit) -> None:
    gone = tombstone()
    assert edit.apply(None, HERE, CONTEXT) is None
    assert edit.apply(gone, HERE, CONTEXT) is gone


@given(st.lists(edits, max_size=6), st.booleans())
def test_no_edit_changes_what_it_was_given(sequence: list[Edit], dead: bool) -> None:
    recipient: Recipient | None = tombstone() if dead else None
    for edit in sequence:
        before = deepcopy(recipient)
        after = edit.apply(recipient, HERE, CONTEXT)
        assert recipient == before
        recipient = after


@given(st.lists(edits, max_size=5), edits.filter(lambda edit: not isinstance(edit, Append)))
def test_an_edit_repeated_at_once_has_no_further_effect(sequence: list[Edit], last: Edit) -> None:
    recipient: Recipient | None = None
    for edit in [*sequence, last]:
        recipient = edit.apply(recipient, HERE, CONTEXT)
    assert last.apply(recipient, HERE, CONTEXT) is recipient
