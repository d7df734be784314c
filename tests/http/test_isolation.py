"""Who may call which route, and that nobody reaches another environment's things by any of them."""

from __future__ import annotations

import re

import pytest

from addressee.database.pool import Pool
from addressee.dialects.operation import Operation
from addressee.directory.keys import Keys
from tests.conftest import Environment
from tests.support.exchange import Reply, ask, check_refusal
from tests.support.inhabited import OPERATIONS, TENANT, USER, Inhabited, every_operation, everything_stored, title
from tests.support.waiting import until

# What a public key may call (knock.md §1.4), of what there is.
PUBLIC = [
    r"(GET|PUT) /v1/users/{user_id}",
    r"GET /v1/users/{user_id}/feeds/{id}(/settings)?",
    r"(GET|PUT|DELETE) /v1/users/{user_id}/channel_data/{channel_id}",
    r"(GET|PUT|DELETE) /v1/objects/{collection}/{object_id}/channel_data/{channel_id}",
    r"(GET|PUT) /v1/users/{user_id}/preferences/{id}",
    r"GET /v1/users/{user_id}/preferences",
    r"PUT /v1/users/{user_id}/preferences/{id}/(channel_types|workflows|categories)(/{(key|type)})?",
    r"GET /v1/messages/{message_id}",
    r"(PUT|DELETE) /v1/messages/{message_id}/(un)?(seen|read|archived|interacted)",
    r"POST /v1/messages/batch/(un)?(seen|read|archived|interacted)",
    r"POST /v1/channels/{channel_id}/messages/bulk/{action}",
]

# What a stranger is answered who names things of the first environment; everything else is 404.
ANSWERS_TO_A_STRANGER = {
    "GET /v1/users": 200,
    "PUT /v1/users/{user_id}": 200,
    "DELETE /v1/users/{user_id}": 204,
    "GET /v1/messages": 200,
    "GET /v1/users/{user_id}/messages": 200,
    "GET /v1/objects/{collection}/{object_id}/messages": 200,
    "GET /v1/objects/{collection}": 200,
    "PUT /v1/objects/{collection}/{object_id}": 200,
    "DELETE /v1/objects/{collection}/{object_id}": 204,
    "POST /v1/objects/{collection}/bulk/set": 200,
    "POST /v1/objects/{collection}/bulk/delete": 200,
    "POST /v1/objects/{collection}/bulk/subscriptions/add": 200,
    "POST /v1/objects/{collection}/bulk/subscriptions/delete": 200,
    "GET /v1/tenants": 200,
    "PUT /v1/tenants/{id}": 200,
    "DELETE /v1/tenants/{id}": 204,
    "POST /v1/tenants/bulk/set": 200,
    "POST /v1/tenants/bulk/delete": 200,
    "POST /v1/audiences/{audience_key}/members": 204,
    "GET /v1/workflow_recipient_runs": 200,
    "POST /v1/identify": 200,
    "POST /v1/batch/users": 200,
    "POST /v1/users/bulk/identify": 200,
    "POST /v1/users/bulk/delete": 200,
    "POST /v1/users/bulk/preferences": 200,
    "PUT /v1/users/bulk/preferences": 200,
    "GET /v1/users/{user_id}/preferences": 200,
    "GET /v1/users/{user_id}/preferences/{id}": 200,
    "PUT /v1/users/{user_id}/preferences/{id}": 200,
    "DELETE /v1/users/{user_id}/preferences/{id}": 204,
    "PUT /v1/users/{user_id}/preferences/{id}/channel_types": 200,
    "PUT /v1/users/{user_id}/preferences/{id}/channel_types/{type}": 200,
    "PUT /v1/users/{user_id}/preferences/{id}/workflows": 200,
    "PUT /v1/users/{user_id}/preferences/{id}/workflows/{key}": 200,
    "PUT /v1/users/{user_id}/preferences/{id}/categories": 200,
    "PUT /v1/users/{user_id}/preferences/{id}/categories/{key}": 200,
    "GET /v1/objects/{collection}/{object_id}/preferences": 200,
    "GET /v1/objects/{collection}/{object_id}/preferences/{id}": 200,
    "PUT /v1/objects/{collection}/{object_id}/preferences/{id}": 200,
    "DELETE /v1/objects/{collection}/{object_id}/preferences/{id}": 204,
    "PUT /v1/objects/{collection}/{object_id}/preferences/{id}/channel_types": 200,
    "PUT /v1/objects/{collection}/{object_id}/preferences/{id}/channel_types/{type}": 200,
    "PUT /v1/objects/{collection}/{object_id}/preferences/{id}/workflows": 200,
    "PUT /v1/objects/{collection}/{object_id}/preferences/{id}/workflows/{key}": 200,
    "PUT /v1/objects/{collection}/{object_id}/preferences/{id}/categories": 200,
    "PUT /v1/objects/{collection}/{object_id}/preferences/{id}/categories/{key}": 200,
    "POST /v1/workflows/{key}/cancel": 204,
    "POST /v1/notify/cancel": 204,
    "GET /v1/schedules": 200,
    "PUT /v1/schedules": 200,
    "DELETE /v1/schedules": 200,
    "POST /v1/schedules/bulk/create": 200,
    "GET /v1/users/{user_id}/schedules": 200,
    "GET /v1/objects/{collection}/{object_id}/schedules": 200,
    "GET /v1/messages/batch/content": 200,
    "POST /v1/messages/batch/seen": 200,
    "POST /v1/messages/batch/unseen": 200,
    "POST /directory/v1/users/{user_id}/purge": 204,
    "POST /directory/v1/users/{user_id}/explain": 200,
    "POST /directory/v1/objects/{collection}/{object_id}/purge": 204,
    "POST /directory/v1/objects/{collection}/{object_id}/explain": 200,
    "POST /v1/messages/batch/read": 200,
    "POST /v1/messages/batch/unread": 200,
    "POST /v1/messages/batch/archived": 200,
    "POST /v1/messages/batch/unarchived": 200,
    "POST /v1/messages/batch/interacted": 200,
}

# What names a user who must be there: another of these tests may have deleted the twin's.
NEEDS_THE_USER = {"POST /v1/schedules": (422,), "POST /v1/notify": (422,)}


def is_public(operation: Operation) -> bool:
    return any(re.fullmatch(pattern, title(operation)) for pattern in PUBLIC)


def call(api: str, operation: Operation, things: Inhabited, key: str | None, query: str = "") -> Reply:
    """The operation, about the things of one environment, with a key of any."""
    return ask(
        api,
        operation.method,
        things.path(operation) + query,
        key=key,
        body=things.body_bytes(operation),
    )


def naming(operation: Operation, things: Inhabited) -> str:
    """A query that names an environment's messages, or its tenant or workflow, where the operation needs one."""
    if operation.name == "schedules.list":
        return "?workflow=welcome"
    if operation.name == "tenants.bulk.delete":
        return f"?tenant_ids[]={TENANT}"
    ids = "&".join(f"message_ids[]={id}" for id in things.message_ids)
    return f"?{ids}" if "message_ids[]" in operation.query else ""


@every_operation
async def test_another_environments_key_finds_nothing_and_changes_nothing(
    api: str, pool: Pool, inhabited: Inhabited, environment: Environment, keys: Keys, operation: Operation
) -> None:
    key = (await keys.create(environment.name, "secret")).key
    before = await everything_stored(pool, inhabited.id)
    reply = call(api, operation, inhabited, key, naming(operation, inhabited))
    assert reply.status == ANSWERS_TO_A_STRANGER.get(title(operation), 404)
    assert not traces(inhabited, reply)
    assert await everything_stored(pool, inhabited.id) == before


@every_operation
async def test_nor_does_it_where_it_has_things_of_the_same_names(
    api: str, pool: Pool, inhabited: Inhabited, twin: Inhabited, operation: Operation
) -> None:
    """The same user, channel and workflow, but other messages and bulk operations."""
    before = await everything_stored(pool, inhabited.id)
    reply = call(api, operation, inhabited, twin.secret_key, naming(operation, inhabited))
    assert reply.status in (200, 204, 404, *NEEDS_THE_USER.get(title(operation), ()))
    assert not traces(inhabited, reply)
    assert await everything_stored(pool, inhabited.id) == before


def traces(things: Inhabited, reply: Reply) -> list[str]:
    """What an answer says of an environment. What the caller named itself is no trace of it."""
    return [secret for secret in (things.user_name, things.run_id) if secret in reply.body.decode()]


@every_operation
def test_without_a_key(api: str, inhabited: Inhabited, operation: Operation) -> None:
    check_refusal(call(api, operation, inhabited, None), 401, "authentication_required")


@every_operation
@pytest.mark.parametrize("key", ["sk_unknown", "x" * 600, "schlüssel", "a b"])
def test_with_an_unknown_key(api: str, inhabited: Inhabited, operation: Operation, key: str) -> None:
    check_refusal(call(api, operation, inhabited, key), 401, "api_key_missing")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic c2s6", "sk_unknown"])
def test_with_something_else_than_a_key(api: str, header: str) -> None:
    reply = ask(api, "GET", "/v1/users", headers={"authorization": header})
    check_refusal(reply, 401, "api_key_missing" if header else "authentication_required")


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if not is_public(one)], ids=title)
async def test_a_public_key_does_not_open_it(api: str, pool: Pool, inhabited: Inhabited, operation: Operation) -> None:
    before = await everything_stored(pool, inhabited.id)
    check_refusal(call(api, operation, inhabited, inhabited.public_key), 403, "incorrect_token_type")
    assert await everything_stored(pool, inhabited.id) == before


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if is_public(one)], ids=title)
def test_a_public_key_opens_it(api: str, playground: Inhabited, operation: Operation) -> None:
    """Channel data are not there to be found."""
    missing = {404} if operation.path.endswith("/channel_data/{channel_id}") and operation.method == "GET" else set()
    assert call(api, operation, playground, playground.public_key).status in {operation.status, *missing}


async def test_a_key_of_another_kind_opens_nothing(
    api: str, environment: Environment, keys: Keys, inhabited: Inhabited
) -> None:
    key = (await keys.create(environment.name, "workspace")).key
    for operation in OPERATIONS:
        check_refusal(call(api, operation, inhabited, key), 401, "api_key_missing")


async def test_a_revoked_key_is_refused_within_a_second(api: str, environment: Environment, keys: Keys) -> None:
    created = await keys.create(environment.name, "secret")

    def answer() -> Reply:
        return ask(api, "GET", f"/v1/users/{USER}", key=created.key)

    assert answer().status == 404
    await keys.revoke(str(created.id))

    async def is_refused() -> bool:
        return answer().status == 401

    await until(is_refused, seconds=1)
    check_refusal(answer(), 401, "api_key_missing")
