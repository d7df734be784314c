"""Quiet hours through every API: what one sets, all show, and nothing else of the preferences changes."""

from typing import Any

import pytest

from tests.dialects.conftest import Clients

NIGHT = {"windows": [{"from": "22:00", "until": "07:00"}], "except": ["security"], "hold_max": "12h"}
OFF = {"enabled": False}

OWN = "/directory/v1/users/ada/quiet_hours"
KNOCK = "/v1/users/ada/preferences/default"
SUPRSEND = "/v1/user/ada/preference/"
NOTIFLOWS = "/admin/v1/users/ada/preferences"


@pytest.fixture
def ada(everybody: Clients) -> Clients:
    everybody.knock.put("/v1/users/ada", json={"name": "Ada"}).raise_for_status()
    return everybody


def seen(clients: Clients) -> list[Any]:
    """The quiet hours that each API shows."""
    answers = [
        clients.knock.get(KNOCK),
        clients.suprsend.get(SUPRSEND),
        clients.notiflows.get(NOTIFLOWS),
        clients.acting("ada").get("/user/v1/preferences"),
    ]
    return [answer.raise_for_status().json().get("quiet_hours") for answer in answers]


def test_whoever_sets_them_all_show_them(ada: Clients) -> None:
    assert seen(ada) == [None] * 4
    ada.knock.put(OWN, json=NIGHT).raise_for_status()
    assert seen(ada) == [NIGHT] * 4
    ada.knock.put(KNOCK, json={"quiet_hours": OFF, "channel_types": {"sms": False}}).raise_for_status()
    assert seen(ada) == [OFF] * 4
    ada.suprsend.patch(SUPRSEND, json={"quiet_hours": NIGHT}).raise_for_status()
    assert seen(ada) == [NIGHT] * 4
    ada.notiflows.put(NOTIFLOWS, json={"quiet_hours": OFF}).raise_for_status()
    assert seen(ada) == [OFF] * 4
    ada.acting("ada").put("/user/v1/preferences", json={"quiet_hours": NIGHT}).raise_for_status()
    assert seen(ada) == [NIGHT] * 4
    assert ada.knock.get(KNOCK).json()["channel_types"] == {"sms": False}


def test_a_client_that_does_not_know_them_leaves_them_as_they_are(ada: Clients) -> None:
    ada.knock.put(OWN, json=NIGHT).raise_for_status()
    ada.knock.put(KNOCK, json={"channel_types": {"sms": False}}).raise_for_status()
    ada.knock.put(KNOCK, json={"__persistence_strategy__": "merge", "workflows": {"a": False}}).raise_for_status()
    ada.suprsend.patch(
        SUPRSEND, json={"channel_preferences": [{"channel": "email", "is_restricted": True}]}
    ).raise_for_status()
    ada.notiflows.put(NOTIFLOWS, json={"channel_types": {"sms": True}}).raise_for_status()
    assert seen(ada) == [NIGHT] * 4


@pytest.mark.parametrize("remove", ["native", "suprsend", "notiflows"])
def test_they_are_removed(ada: Clients, remove: str) -> None:
    ada.knock.put(OWN, json=NIGHT).raise_for_status()
    match remove:
        case "native":
            ada.knock.delete(OWN).raise_for_status()
        case "suprsend":
            ada.suprsend.patch(SUPRSEND, json={"quiet_hours": None}).raise_for_status()
        case "notiflows":
            ada.notiflows.put(NOTIFLOWS, json={"quiet_hours": None}).raise_for_status()
    assert seen(ada) == [None] * 4
    assert ada.knock.get(OWN).json() == {"own": None, "effective": None, "layer": None}


def test_written_anew_they_are_replaced_as_a_whole(ada: Clients) -> None:
    noon = {"windows": [{"from": "12:00", "until": "13:00"}]}
    ada.knock.put(OWN, json=NIGHT).raise_for_status()
    ada.knock.put(KNOCK, json={"__persistence_strategy__": "merge", "quiet_hours": noon}).raise_for_status()
    assert ada.knock.get(OWN).json() == {"own": noon, "effective": noon, "layer": "recipient_default"}


def test_a_tenant_says_what_holds_for_its_members_and_a_member_what_holds_there(ada: Clients) -> None:
    members = {"settings": {"preference_set": {"quiet_hours": NIGHT}}}
    ada.knock.put("/v1/tenants/acme", json=members).raise_for_status()
    at_acme = {"tenant": "acme"}
    assert ada.knock.get(OWN).json()["effective"] is None
    assert ada.knock.get(OWN, params=at_acme).json() == {"own": None, "effective": NIGHT, "layer": "tenant_default"}
    there = ada.knock.put(OWN, json=OFF, params=at_acme).raise_for_status().json()
    assert there == {"own": OFF, "effective": OFF, "layer": "recipient_tenant"}
    assert ada.knock.get(OWN).json()["effective"] is None
    back = ada.knock.delete(OWN, params=at_acme).raise_for_status().json()
    assert back == {"own": None, "effective": NIGHT, "layer": "tenant_default"}
    # What a recipient wants in general holds at each tenant.
    ada.knock.put(OWN, json=OFF).raise_for_status()
    assert ada.knock.get(OWN, params=at_acme).json() == {"own": None, "effective": OFF, "layer": "recipient_default"}


MISTAKES = [
    ("all night", "", "must be an object"),
    ({}, "windows", "is missing: say from when until when it is quiet."),
    ({"windows": []}, "windows", "windows are a list of 1 to 50 objects."),
    ({"windows": [{"from": "22"}]}, "windows", "'22' is no time of day, like 09:00."),
    ({"windows": [{}], "timezone": "Mars/Base"}, "timezone", "a time zone must be recipient, tenant, or a name"),
    ({"windows": [{}], "action": "digest"}, "action", "must be hold or skip."),
    ({"windows": [{}], "except": "security"}, "except", "must be a list of up to 100 categories."),
    ({"windows": [{}], "except": [1]}, "except", "must be a string."),
    ({"windows": [{}], "hold_max": "8d"}, "hold_max", "must be from a minute to 7 days."),
    ({"windows": [{}], "hold_max": "soon"}, "hold_max", "a duration is a text like 10m"),
    ({"windows": [{}], "enabled": 1}, "enabled", "must be true or false."),
    ({"windows": [{}], "until": "7"}, "until", "has no 'until'; it has enabled, timezone, windows"),
]


@pytest.mark.parametrize(("given", "field", "message"), MISTAKES)
def test_a_mistake_is_refused_by_each(ada: Clients, given: Any, field: str, message: str) -> None:
    answers = [
        ada.knock.put(KNOCK, json={"quiet_hours": given}),
        ada.suprsend.patch(SUPRSEND, json={"quiet_hours": given}),
        ada.notiflows.put(NOTIFLOWS, json={"quiet_hours": given}),
    ]
    if isinstance(given, dict):
        answers.append(ada.knock.put(OWN, json=given))
    assert all(400 <= answer.status_code < 500 for answer in answers)
    for answer in answers if isinstance(given, dict) else ():
        assert message in answer.json().get("message", answer.text) or message in answer.text
        assert field in answer.text
    assert seen(ada) == [None] * 4


def test_of_whom_and_where_there_is_nothing(ada: Clients) -> None:
    nobody = "/directory/v1/users/nobody/quiet_hours"
    assert ada.knock.get(nobody).status_code == 404
    assert ada.knock.put(nobody, json=NIGHT).status_code == 404
    assert ada.knock.get(OWN, params={"tenant": "nowhere"}).status_code == 404
    ada.knock.put("/v1/objects/boats/one", json={}).raise_for_status()
    boat = ada.knock.put("/directory/v1/objects/boats/one/quiet_hours", json=NIGHT)
    assert boat.json() == {"own": NIGHT, "effective": NIGHT, "layer": "recipient_default"}
