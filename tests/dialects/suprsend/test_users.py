"""Users, through the official SDK: the walk of the seed, then what the contract adds (suprsend.md §2.1, §3, §4)."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from typing import Any

import httpx
import pytest
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from addressee.dialects.suprsend.mapping.profile_rendering import inbox_value
from tests.dialects.suprsend.model import own

ODD_IDS = ["u/1", "a b", "é", "a+b", "a@b.c", "100%", "U1", "?x#y", "x" * 255]

DONE = {"success": True, "status": "success", "status_code": 202, "message": "OK"}

WEB_PUSH = {
    "endpoint": "__end_point__",
    "expirationTime": "",
    "keys": {"p256dh": "__p256dh__", "auth": "__auth_key__"},
}


def edited(client: Suprsend, id: str, *calls: tuple[Any, ...]) -> dict[str, Any]:
    """Edits a user by the SDK's helpers, asynchronously, and reads it."""
    user = client.users.get_edit_instance(id)
    for name, *arguments in calls:
        getattr(user, name)(*arguments)
    assert client.users.async_edit(user) == DONE
    found: dict[str, Any] = client.users.get(id)
    return found


def values(user: dict[str, Any], channel: str) -> list[Any]:
    return [address["value"] for address in user.get(channel, [])]


class TestTheSeed:
    """The page that the mission came from, in its order."""

    def test_create(self, suprsend: Suprsend) -> None:
        found = edited(suprsend, "__distinct_id__")
        assert (found["distinct_id"], own(found), found["status"]) == ("__distinct_id__", {}, "active")

    def test_edit(self, suprsend: Suprsend) -> None:
        found = edited(suprsend, "u", ("set_timezone", "America/Los_Angeles"), ("set", "name", "John Doe"))
        assert own(found) == {"$timezone": "America/Los_Angeles", "name": "John Doe"}

    def test_channels(self, suprsend: Suprsend) -> None:
        token = "xoxc-2054145879603-38XXXXXXX9856-Les61fkeOXXXXXXXXYOR3p"
        added = edited(
            suprsend,
            "u",
            ("add_email", "user@example.com"),
            ("add_sms", "+9987654321"),
            ("add_whatsapp", "+91987654321"),
            ("add_androidpush", "androidpush_token__2", "fcm"),
            ("add_iospush", "iospush_token__2", "ios"),
            ("add_slack", {"email": "user@example.com", "access_token": token}),
            ("add_slack", {"access_token": "xoxc-XXXXXXXX", "user_id": "U06XXXXXXXX"}),
            ("add_slack", {"access_token": "xoxc-XXXXXXXX", "channel_id": "C06XXXXXXXX"}),
            ("add_slack", {"incoming_webhook": {"url": "https://hooks.slack.com/services/TXXX/BXXX/XXXX"}}),
            ("add_webpush", WEB_PUSH, "vapid"),
        )
        assert values(added, "$email") == ["user@example.com"]
        assert values(added, "$sms") == ["+9987654321"]
        assert values(added, "$whatsapp") == ["+91987654321"]
        [android], [ios] = added["$androidpush"], added["$iospush"]
        assert (android["value"], android["id_provider"]) == ("androidpush_token__2", "fcm")
        assert (ios["value"], ios["id_provider"]) == ("iospush_token__2", "apns")
        assert [{*value} for value in values(added, "$slack")] == [
            {"email", "access_token"},
            {"user_id", "access_token"},
            {"channel_id", "access_token"},
            {"incoming_webhook"},
        ]
        assert token not in str(added)
        assert [value["endpoint"] for value in values(added, "$webpush")] == ["__end_point__"]
        assert all(
            (address["status"], address["perma_status"]) == ("active", "active")
            for channel, addresses in added.items()
            if channel.startswith("$")
            for address in addresses
        )

        removed = edited(
            suprsend,
            "u",
            ("remove_email", "user@example.com"),
            ("remove_sms", "+9987654321"),
            ("remove_whatsapp", "+91987654321"),
            ("remove_androidpush", "androidpush_token__2", "fcm"),
            ("remove_iospush", "iospush_token__2"),
            ("remove_slack", {"email": "user@example.com", "access_token": "xoxb-another"}),
            ("remove_slack", {"access_token": "xoxb-XXXXXXXX", "user_id": "U06XXXXXXXX"}),
            ("remove_slack", {"access_token": "xoxb-XXXXXXXX", "channel_id": "C06XXXXXXXX"}),
            ("remove_slack", {"incoming_webhook": {"url": "https://hooks.slack.com/services/TXXX/BXXX/XXXX"}}),
            ("remove_webpush", WEB_PUSH, "vapid"),
        )
        assert [key for key in removed if key.startswith("$")] == ["$inbox"]

    def test_whole_channels(self, suprsend: Suprsend) -> None:
        edited(suprsend, "u", ("add_email", "a@example.com"), ("add_email", "b@example.com"), ("add_sms", "+15551234"))
        one = edited(suprsend, "u", ("unset", ["$email"]))
        assert [key for key in one if key.startswith("$")] == ["$sms", "$inbox"]
        edited(suprsend, "u", ("add_email", "a@example.com"), ("add_whatsapp", "+919876543210"))
        all = ["$email", "$slack", "$androidpush", "$iospush", "$webpush", "$whatsapp"]
        assert [key for key in edited(suprsend, "u", ("unset", all)) if key.startswith("$")] == ["$sms", "$inbox"]

    def test_preferred_language(self, suprsend: Suprsend) -> None:
        assert own(edited(suprsend, "u", ("set", {"$preferred_language": "en"}))) == {"$preferred_language": "en"}

    def test_set(self, suprsend: Suprsend) -> None:
        many = {"prop1": "val1", "prop2": ["one", "two", "three"], "number": 20}
        found = edited(suprsend, "u", ("set", "name", "user"), ("set", many))
        assert own(found) == {"name": "user", **many}

    def test_set_once(self, suprsend: Suprsend) -> None:
        first = {"first_login": "2021-11-02", "DOB": "1991-10-02"}
        edited(suprsend, "u", ("set_once", "first_login", "2021-11-02"))
        found = edited(suprsend, "u", ("set_once", {"first_login": "2025-01-01", "DOB": "1991-10-02"}))
        assert own(found) == first

    def test_increment(self, suprsend: Suprsend) -> None:
        found = edited(suprsend, "u", ("increment", "login_count", 1), ("increment", {"login_count": 1, "orders": -2}))
        assert own(found) == {"login_count": 2, "orders": -2}

    def test_append_and_remove(self, suprsend: Suprsend) -> None:
        found = edited(suprsend, "u", ("append", "wishlist", "iphone12"), ("append", {"wishlist": "Apple airpods"}))
        assert own(found) == {"wishlist": ["iphone12", "Apple airpods"]}
        found = edited(suprsend, "u", ("remove", "wishlist", "iphone12"))
        assert own(found) == {"wishlist": ["Apple airpods"]}

    def test_unset(self, suprsend: Suprsend) -> None:
        found = edited(suprsend, "u", ("set", {"wishlist": [1], "cart": 2, "kept": 3}), ("unset", "wishlist"))
        assert own(found) == {"cart": 2, "kept": 3}
        assert own(edited(suprsend, "u", ("unset", ["wishlist", "cart"]))) == {"kept": 3}

    def test_bulk(self, suprsend: Suprsend) -> None:
        bulk = suprsend.users.get_bulk_edit_instance()
        for number in (1, 2):
            user = suprsend.users.get_edit_instance(f"__distinct_id{number}__")
            user.add_email(f"u{number}@example.com")
            bulk.append(user)
        answer = bulk.save()
        assert (answer.status, answer.total, answer.success, answer.failure) == ("success", 2, 2, 0)
        assert values(suprsend.users.get("__distinct_id2__"), "$email") == ["u2@example.com"]

    def test_get(self, suprsend: Suprsend) -> None:
        """In the words of the page, beside those of the vendor's API."""
        suprsend.users.upsert(
            "u", {"name": "John Doe", "$email": ["u@example.com", "two@example.com"], "$sms": "+1 234 567 8900"}
        )
        found = suprsend.users.get("u")
        created_at = found["properties"].pop("created_at")
        assert datetime.fromisoformat(created_at) == datetime.fromisoformat(found["created_at"])
        assert found["properties"] == {
            "name": "John Doe",
            "email": ["u@example.com", "two@example.com"],
            "phone": "+12345678900",
        }
        assert (found["distinct_id"], found["status"], values(found, "$email")[0]) == ("u", "active", "u@example.com")

    def test_get_shows_own_properties_before_copies(self, suprsend: Suprsend) -> None:
        own_ones = {"email": "at home", "phone": 5, "created_at": "long ago"}
        suprsend.users.upsert("u", {"$email": "u@example.com", "$sms": "+12345678900", **own_ones})
        assert suprsend.users.get("u")["properties"] == own_ones

    def test_delete(self, suprsend: Suprsend) -> None:
        edited(suprsend, "u", ("set", "plan", "pro"))
        assert suprsend.users.delete("u") == {"success": True, "status_code": 204}
        for call in (suprsend.users.get, suprsend.users.delete):
            with pytest.raises(SuprsendAPIException, match=r"\[code: 404\] user \[distinct_id: 'u'\] not found"):
                call("u")
        assert own(edited(suprsend, "u")) == {}, "a new user under the same id"


@pytest.mark.parametrize("id", ODD_IDS)
@pytest.mark.parametrize("kind", ["suprsend", "bearer"])
def test_an_id_may_hold_anything(request: pytest.FixtureRequest, kind: str, id: str) -> None:
    client: Suprsend = request.getfixturevalue(kind)
    assert client.users.upsert(id, {"plan": "pro"})["distinct_id"] == id
    assert client.users.edit(id, {"operations": [{"$add": {"n": 1}}]})["properties"] == {"plan": "pro", "n": 1}
    assert client.users.get(id)["distinct_id"] == id
    assert client.users.get_edit_instance(id) is not None
    client.users.merge(id, client.users.upsert("other", {"from": "other"})["distinct_id"])
    assert own(client.users.get(id)) == {"plan": "pro", "n": 1, "from": "other"}
    assert [user["distinct_id"] for user in client.users.list()["results"]] == [id]
    assert client.users.delete(id)["status_code"] == 204
    assert client.users.list()["meta"]["count"] == 0


def test_upsert_adds_channels_and_sets_properties(suprsend: Suprsend) -> None:
    suprsend.users.upsert("u", {"$email": ["a@example.com", "b@example.com"], "plan": "free", "kept": True})
    found = suprsend.users.upsert(
        "u",
        {
            "$email": "c@example.com",
            "$androidpush": [{"token": "t1", "provider": "FCM", "device_id": "d"}, "t2"],
            "$timezone": "Europe/Berlin",
            "$locale": "de",
            "$preferred_language": "DE",
            "plan": "pro",
        },
    )
    assert values(found, "$email") == ["a@example.com", "b@example.com", "c@example.com"]
    assert [(one["value"], one["id_provider"], one.get("device_id")) for one in found["$androidpush"]] == [
        ("t1", "fcm", "d"),
        ("t2", "fcm", None),
    ]
    assert own(found) == {
        "plan": "pro",
        "kept": True,
        "$timezone": "Europe/Berlin",
        "$locale": "de",
        "$preferred_language": "de",
    }
    assert "warnings" not in found
    assert suprsend.users.upsert("bare", {})["properties"] == {}


def test_the_list_goes_by_cursors(suprsend: Suprsend) -> None:
    for number in range(5):
        suprsend.users.upsert(f"u{number}", {"$email": f"u{number}@example.com"})
    first = suprsend.users.list({"limit": 2})
    assert [user["distinct_id"] for user in first["results"]] == ["u4", "u3"]
    assert [user.keys() for user in first["results"]] == [{"distinct_id", "properties", "created_at", "updated_at"}] * 2
    assert {name: first["meta"][name] for name in ("count", "limit", "has_prev", "before", "has_next")} == {
        "count": 5,
        "limit": 2,
        "has_prev": False,
        "before": None,
        "has_next": True,
    }
    second = suprsend.users.list({"limit": 2, "after": first["meta"]["after"]})
    assert [user["distinct_id"] for user in second["results"]] == ["u2", "u1"]
    last = suprsend.users.list({"limit": 2, "after": second["meta"]["after"], "before": "passed over"})
    assert ([user["distinct_id"] for user in last["results"]], last["meta"]["after"]) == (["u0"], None)
    back = suprsend.users.list({"limit": 2, "before": second["meta"]["before"]})
    assert [user["distinct_id"] for user in back["results"]] == ["u4", "u3"]
    assert suprsend.users.list({"limit": 5000})["meta"]["limit"] == 100
    assert suprsend.users.list({"limit": 10**15})["meta"]["limit"] == 100


def test_users_are_deleted_in_bulk(suprsend: Suprsend) -> None:
    for id in ("a", "b", "c"):
        suprsend.users.upsert(id, {})
    assert suprsend.users.bulk_delete({"distinct_ids": ["a", "c", "unknown"]})["status_code"] == 204
    assert [user["distinct_id"] for user in suprsend.users.list()["results"]] == ["b"]
    with pytest.raises(SuprsendAPIException, match="distinct_ids"):
        suprsend.users.bulk_delete({"distinct_ids": []})


def test_when_a_user_was_created_stays(suprsend: Suprsend) -> None:
    new = suprsend.users.upsert("ada", {})
    assert new["updated_at"] == new["created_at"]
    for number in range(3):
        changed = suprsend.users.upsert("ada", {"n": number})
        assert changed["created_at"] == new["created_at"] < changed["updated_at"]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", {f"k{number}": 1 for number in range(2001)}),
        ("PATCH", {"operations": [{"$append": {"numbers": number}} for number in range(2001)]}),
    ],
)
def test_one_request_changes_so_much_and_no_more(rest: httpx.Client, method: str, body: dict[str, Any]) -> None:
    answer = rest.request(method, "/v1/user/u/", json=body)
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "One request changes at most 2,000 keys of a profile; send several.",
    )
    assert rest.get("/v1/user/u/").status_code == 404


def test_a_number_that_no_database_holds_is_passed_over(rest: httpx.Client) -> None:
    huge = b"9" * 400
    answer = rest.patch("/v1/user/u/", content=b'{"operations": [{"$add": {"a": 1, "b": %s}}]}' % huge)
    assert (answer.status_code, answer.json()["properties"]) == (202, {"a": 1})
    [warning] = answer.json()["warnings"]
    assert warning == "[b] is not a number between -2^63 and 2^63."


def test_a_merge_unites_channels_and_the_primary_wins(suprsend: Suprsend) -> None:
    suprsend.users.upsert("guest", {"$email": ["g@example.com", "both@example.com"], "plan": "free", "seen": 1})
    suprsend.users.upsert("ada", {"$email": "both@example.com", "plan": "pro"})
    merged = suprsend.users.merge("ada", "guest")
    assert values(merged, "$email") == ["both@example.com", "g@example.com"]
    assert merged["properties"] == {"plan": "pro", "seen": 1}
    with pytest.raises(SuprsendAPIException, match="guest"):
        suprsend.users.get("guest")
    for primary, secondary, missing in (("ada", "nobody", "nobody"), ("nobody", "ada", "nobody")):
        with pytest.raises(SuprsendAPIException, match=rf"user \[distinct_id: '{missing}'\] not found"):
            suprsend.users.merge(primary, secondary)


def test_the_inbox_is_made_from_the_id() -> None:
    secret = "IG-J8Wvf7M-w4ll13h53NJAMQQNHdUqFTSJ2JVAZl0s"
    value = inbox_value(secret, "b8278572-2929-4af6-be2b-cdc2bc1f6256")
    assert value == "dHBWYF4oV190o4j-e3eYxB-SCkeHnoaiofe8EmGk9JQ"
    assert base64.urlsafe_b64decode(value + "=") == hmac.digest(
        secret.encode(), b"b8278572-2929-4af6-be2b-cdc2bc1f6256", "sha256"
    )


def test_every_user_has_one_and_it_stays(suprsend: Suprsend) -> None:
    one, other = (suprsend.users.upsert(id, {})["$inbox"] for id in ("a", "b"))
    assert one[0].keys() == {"value", "id_provider", "status", "perma_status"}
    assert one != other
    answered = suprsend.users.edit("a", {"operations": [{"$unset": ["$inbox"]}]})
    assert answered["$inbox"] == one
    assert answered["warnings"] == ["[$inbox] the inbox is made by the server, and stays"]


def test_both_spellings_of_a_path_are_answered_and_none_redirects(rest: httpx.Client) -> None:
    for path in ("/v1/user", "/v1/user/", "/v1/user?limit=1", "/v1/user/?limit=1"):
        assert rest.get(path).status_code == 200
    for path in ("/v1/user/u", "/v1/user/u/"):
        assert rest.get(path).status_code == 404


def test_one_sdk_writes_a_space_as_a_plus_sign(rest: httpx.Client, suprsend: Suprsend) -> None:
    java = {"user-agent": "suprsend/0.13.2;java/17"}
    suprsend.users.upsert("a b+c", {})
    assert rest.get("/v1/user/a+b%2Bc/", headers=java).json()["distinct_id"] == "a b+c"
    assert rest.get("/v1/user/a+b%2Bc/").status_code == 404


def test_a_request_under_a_key_in_its_header_is_carried_out_once(rest: httpx.Client) -> None:
    entries = [{"distinct_id": "u", "$user_operations": [{"$add": {"n": 1}}]}, {"distinct_id": "v", "event": "seen it"}]
    answers = [rest.post("/event/", json=entries, headers={"idempotency-key": "once"}) for _ in range(2)]
    assert [(one.status_code, one.text, one.headers["content-type"]) for one in answers] == [
        (202, "OK", "text/plain")
    ] * 2
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert own(rest.get("/v1/user/u/").json()) == {"n": 1}
