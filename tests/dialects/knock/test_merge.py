"""Merging users, as the official SDK does it (knock.md §3.3)."""

import httpx
import knockapi
import pytest
from knockapi import Knock

FEED_CHANNEL = "3f2b1c84-6d5e-4a07-9c1d-2e8f7a6b5c40"


def test_the_primary_wins_and_the_secondary_is_gone(knock: Knock) -> None:
    knock.users.update("ada", name="Ada", extra_body={"plan": {"tier": "pro"}, "nothing": None})
    knock.users.update(
        "guest",
        name="Guest",
        email="guest@example.com",
        created_at="2024-01-02T03:04:05Z",
        extra_body={"plan": {"tier": "free", "seats": 3}, "nothing": 1, "tags": ["a"]},
    )
    merged = knock.users.merge("ada", from_user_id="guest")
    assert {**merged.to_dict(), "updated_at": None} == {
        "__typename": "User",
        "id": "ada",
        "name": "Ada",
        "email": "guest@example.com",
        "created_at": merged.created_at and merged.created_at,
        "updated_at": None,
        "plan": {"tier": "pro", "seats": 3},
        "nothing": 1,
        "tags": ["a"],
    }
    assert knock.users.get("ada") == merged
    with pytest.raises(knockapi.NotFoundError):
        knock.users.get("guest")
    assert [user.id for user in knock.users.list()] == ["ada"]


def test_unknown_users_and_the_same_user(knock: Knock) -> None:
    knock.users.update("ada")
    with pytest.raises(knockapi.NotFoundError) as unknown:
        knock.users.merge("ada", from_user_id="nobody")
    assert unknown.value.body == {
        "code": "resource_missing",
        "message": "'nobody' was not found in $users.",
        "status": 404,
        "type": "api_error",
    }
    with pytest.raises(knockapi.NotFoundError):
        knock.users.merge("nobody", from_user_id="ada")
    with pytest.raises(knockapi.UnprocessableEntityError):
        knock.users.merge("ada", from_user_id="ada")
    assert [user.id for user in knock.users.list()] == ["ada"]


def test_the_sdks_own_retry_does_not_merge_twice(knock: Knock, http: httpx.Client) -> None:
    """The SDK repeats a call whose answer was lost under the same key of its own making."""
    for id in ("ada", "guest"):
        knock.users.update(id)
    headers = {"idempotency-key": "stainless-python-retry-1234"}
    first, again = (http.post("/v1/users/ada/merge", json={"from_user_id": "guest"}, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"


def test_the_id_of_the_secondary_can_be_used_again_and_inherits_nothing(knock: Knock) -> None:
    knock.users.update("ada")
    knock.users.update("guest", name="Guest")
    knock.users.merge("ada", from_user_id="guest")
    assert knock.users.update("guest").to_dict().keys() == {"id", "__typename", "updated_at", "created_at"}
