"""Webhooks by HTTP: endpoints are listed, created, changed, given other secrets and deleted."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

WEBHOOKS = "/directory/v1/webhooks"
URL = "https://example.com/hook"
SECRET = "a secret of ours, by hand"


def create(http: httpx.Client, **given: Any) -> dict[str, Any]:
    reply = http.post(WEBHOOKS, json={"url": URL, **given})
    assert reply.status_code == 201, reply.text
    created: dict[str, Any] = reply.json()
    return created


def refusal(reply: httpx.Response) -> tuple[int, str, list[dict[str, str]]]:
    error = reply.json()["error"]
    return reply.status_code, error["code"], error["fields"]


def test_a_webhook_is_created_with_its_secret_and_read_without(http: httpx.Client) -> None:
    created = create(http, types=["message.*"], description="The CRM", form="knock", secret=SECRET)
    assert created.pop("secret") == SECRET
    times = [created.pop(name) for name in ("created_at", "updated_at")]
    assert times[0] == times[1]
    assert created == {
        "id": created["id"],
        "url": URL,
        "description": "The CRM",
        "types": ["message.*"],
        "form": "knock",
        "enabled": True,
        "state": "ok",
        "failing_since": None,
        "paused_until": None,
        "disabled_at": None,
        "disabled_for": None,
    }
    one = http.get(f"{WEBHOOKS}/{created['id']}").raise_for_status()
    listed = http.get(WEBHOOKS).raise_for_status()
    assert listed.json() == {"webhooks": [one.json()]}
    assert SECRET not in one.text + listed.text
    assert http.get(f"{WEBHOOKS}/{created['id']}/secret").json() == {"secret": SECRET, "previous": []}


def test_one_is_told_of_everything_in_the_standard_form_unless_it_says_otherwise(http: httpx.Client) -> None:
    created = create(http)
    assert (created["types"], created["form"], created["description"]) == (["*"], "standard", "")
    assert created["secret"].startswith("whsec_")


def test_what_is_left_out_of_a_change_stays(http: httpx.Client) -> None:
    created = create(http, description="The CRM")
    path = f"{WEBHOOKS}/{created['id']}"
    changed = http.patch(path, json={"types": ["recipient.merged"], "url": f"{URL}/2"}).raise_for_status().json()
    assert (changed["types"], changed["url"], changed["description"]) == (["recipient.merged"], f"{URL}/2", "The CRM")
    off = http.patch(path, json={"enabled": False}).raise_for_status().json()
    assert (off["enabled"], off["state"], off["disabled_for"]) == (False, "disabled", "by_hand")
    on = http.patch(path, json={"enabled": True, "description": ""}).raise_for_status().json()
    assert (on["enabled"], on["state"], on["disabled_for"], on["description"]) == (True, "ok", None, "")


def test_a_secret_that_is_replaced_signs_until_it_expires(http: httpx.Client) -> None:
    created = create(http)
    path = f"{WEBHOOKS}/{created['id']}"
    rotated = http.post(f"{path}/rotate").raise_for_status().json()
    assert rotated["secret"] not in {created["secret"], None}
    secrets = http.get(f"{path}/secret").json()
    assert (secrets["secret"], [each["secret"] for each in secrets["previous"]]) == (
        rotated["secret"],
        [created["secret"]],
    )
    assert secrets["previous"][0]["expires_at"] > rotated["updated_at"]


def test_a_repetition_creates_nothing_and_shows_no_secret(http: httpx.Client) -> None:
    headers = {"idempotency-key": "one webhook"}
    first, again = (http.post(WEBHOOKS, json={"url": URL}, headers=headers) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == {**first.json(), "secret": None}
    assert len(http.get(WEBHOOKS).json()["webhooks"]) == 1


def test_what_is_deleted_is_not_found(http: httpx.Client) -> None:
    path = f"{WEBHOOKS}/{create(http)['id']}"
    assert http.delete(path).status_code == 204
    for reply in (http.get(path), http.delete(path), http.patch(path, json={}), http.get(f"{path}/secret")):
        assert refusal(reply) == (404, "not_found", [])
        assert reply.json()["error"]["message"] == (
            "There is no such webhook in this environment; it may have been deleted."
        )


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        (
            {"url": "https://10.0.0.1/hook"},
            "url",
            "url must lead to a public host: 10.0.0.1 is not a public host; if it is one of yours, name it in "
            "--allow-private-webhooks (ADDRESSEE_ALLOW_PRIVATE_WEBHOOKS).",
        ),
        (
            {"types": ["message.sent", "message.red"]},
            "types",
            "types: there is no type 'message.red'; did you mean 'message.read'?",
        ),
        ({"form": "svix"}, "form", "form: Invalid enum value 'svix'; it is one of knock, standard"),
        (
            {"secret": "sixteen letters or more"},
            "secret",
            "secret must be whsec_ and the base64 of 16 bytes or more; without one it is made.",
        ),
        (
            {"events": ["*"]},
            "events",
            "events: Object contains unknown field `events`; there are url, types, description, form, secret",
        ),
    ],
)
def test_a_refusal_names_the_field_and_says_what_to_do(
    http: httpx.Client, given: dict[str, Any], field: str, message: str
) -> None:
    reply = http.post(WEBHOOKS, json={"url": URL, **given})
    assert refusal(reply) == (422, "invalid", [{"field": field, "message": message}])
    assert http.get(WEBHOOKS).json() == {"webhooks": []}
