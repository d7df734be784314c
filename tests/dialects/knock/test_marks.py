"""What people do with their messages (knock.md §2.2, §3.9)."""

from __future__ import annotations

import httpx
from knockapi import Knock


def test_marks_are_set_and_taken_away(knock: Knock, ids: list[str]) -> None:
    id = ids[0]
    assert knock.messages.mark_as_seen(id).engagement_statuses == ["seen"]
    assert knock.messages.mark_as_read(id).engagement_statuses == ["seen", "read"]
    assert knock.messages.archive(id).archived_at is not None
    assert knock.messages.mark_as_unseen(id).seen_at is None
    assert knock.messages.unarchive(id).engagement_statuses == ["read"]
    assert knock.messages.mark_as_unread(id).engagement_statuses == []
    interacted = knock.messages.mark_as_interacted(id, metadata={"button": "yes"})
    assert set(interacted.engagement_statuses) == {"read", "interacted"}
    events = list(knock.messages.list_events(id))
    assert [
        event.type.removeprefix("message.")
        for event in events
        if event.type.removeprefix("message.") not in ("created", "queued", "delivered")
    ] == [
        "seen",
        "read",
        "archived",
        "unseen",
        "unarchived",
        "unread",
        "interacted",
    ]
    assert [event.data for event in events if event.type == "message.interacted"] == [{"button": "yes"}]


def test_metadata_may_be_empty(knock: Knock, ids: list[str]) -> None:
    knock.messages.mark_as_interacted(ids[0], metadata={})
    events = [event for event in knock.messages.list_events(ids[0]) if event.type == "message.interacted"]
    assert [event.data for event in events] == [{}]


def test_taking_away_has_a_second_name(http: httpx.Client, ids: list[str]) -> None:
    path = f"/v1/messages/{ids[0]}"
    for mark, alias in (("seen", "unseen"), ("read", "unread"), ("archived", "unarchived")):
        assert http.put(f"{path}/{mark}").json()["engagement_statuses"] == [mark]
        assert http.delete(f"{path}/{alias}").json()["engagement_statuses"] == []


def test_a_batch_marks_what_there_is(knock: Knock, ids: list[str]) -> None:
    marked = knock.messages.batch.mark_as_read(message_ids=[ids[2], "unknown", ids[0]])
    assert [(message.id, message.engagement_statuses) for message in marked] == [(ids[2], ["read"]), (ids[0], ["read"])]
    assert knock.messages.get(ids[1]).engagement_statuses == []
    assert [message.id for message in knock.messages.batch.archive(message_ids=ids)] == ids
    assert [content.message_id for content in knock.messages.batch.get_content(message_ids=ids[:2])] == ids[:2]


def test_metadata_is_flat_and_small(http: httpx.Client, ids: list[str]) -> None:
    for metadata in ({"a": {"b": 1}}, {str(number): 1 for number in range(6)}, {"a": "\0"}):
        answer = http.put(f"/v1/messages/{ids[0]}/interacted", json={"metadata": metadata})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")


def test_a_repeated_request_is_answered_as_the_first_one(http: httpx.Client, ids: list[str]) -> None:
    for method, path, body in (
        ("PUT", f"/v1/messages/{ids[0]}/seen", {}),
        ("POST", "/v1/messages/batch/read", {"message_ids": ids}),
    ):
        headers = {"idempotency-key": f"my key for {path}"}
        first = http.request(method, path, json=body, headers=headers)
        again = http.request(method, path, json=body, headers=headers)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["original-x-request-id"] == first.headers["x-request-id"]
    seen = [event["type"] for event in http.get(f"/v1/messages/{ids[0]}/events").json()["items"]]
    assert (seen.count("message.seen"), seen.count("message.read")) == (1, 1)


def test_what_is_not_there_is_not_remembered(http: httpx.Client, ids: list[str]) -> None:
    headers = {"idempotency-key": "for nothing"}
    for _ in range(2):
        answer = http.put("/v1/messages/none/seen", headers=headers)
        assert (answer.status_code, "idempotent-replayed" in answer.headers) == (404, False)
