"""Every call that writes happens once under a key that its caller chose, whatever it is (docs/decisions/0010)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from tests.http.conftest import new_inhabited
from tests.support.populated import GUEST, TENANT, PopulatedEnvironment
from tests.support.raw_http import Connection, Reply, ask
from tests.support.refusals import SPOKEN, Spoken
from tests.support.routes import ROUTES, Route
from tests.support.waiting import until

# These take away what the others need, so they come last; each of them needs what is left then.
LAST = (
    "DELETE /v1/audiences/{audience_key}",
    "DELETE /v1/channel_groups/{channel_group_key}",
    "DELETE /directory/v1/suppressions/{kind}/{address}",
    "DELETE /directory/v1/webhooks/{webhook_id}",
    "DELETE /v1/schedules",
    "DELETE /v1/objects/{collection}/{object_id}/subscriptions",
    "POST /v1/objects/{collection}/bulk/subscriptions/delete",
    "POST /v1/objects/{collection}/bulk/delete",
    "DELETE /v1/objects/{collection}/{object_id}",
    "POST /directory/v1/objects/{collection}/{object_id}/purge",
    "POST /v1/tenants/bulk/delete",
    "DELETE /v1/tenants/{id}",
    "POST /v1/users/bulk/delete",
    "DELETE /v1/users/{user_id}",
    "POST /directory/v1/users/{user_id}/purge",
    "PATCH /v1/subscriber_list/{list_id}/version/{version_id}/finish_sync/",
    "DELETE /v1/subscriber_list/{list_id}/version/{version_id}/",
    "PATCH /v1/subscriber_list/{list_id}/version/{version_id}/delete/",
    "DELETE /v1/subscriber_list/{list_id}/",
    "POST /v1/subscriber_list/",
    "PATCH /v1/subscriber_list/{list_id}/delete/",
    "DELETE /v1/user/{distinct_id}/tenant/{tenant_id}/",
    "DELETE /v1/tenant/{tenant_id}/",
    "DELETE /v1/object/{object_type}/{object_id}/",
    "DELETE /v1/bulk/object/{object_type}/",
    "DELETE /v1/user/{distinct_id}/",
    "DELETE /v1/bulk/user/",
    "DELETE /admin/v1/users/{external_id}/subscriptions/{topic_name}",
    "POST /admin/v1/topics/{topic_name}/subscriptions",
    "DELETE /admin/v1/topics/{topic_name}/subscriptions",
    "DELETE /admin/v1/topics/{topic_name}",
    "DELETE /admin/v1/users/{external_id}",
)

# What is there already is answered with another status than what is new.
THERE_ALREADY = {
    "PUT /admin/v1/users/{external_id}": 200,
    "POST /admin/v1/users/{external_id}/subscriptions": 200,
    "POST /user/v1/channels/{channel_id}/subscriptions": 200,
}

# There is no merge to undo; this has tests of its own.
IMPOSSIBLE_HERE = {"POST /directory/v1/merges/{merge_id}/undo"}

# There are no guides, no message types, and no workspace of Slack.
IMPOSSIBLE_HERE |= {
    route.title
    for route in ROUTES
    if route.method != "GET" and re.search("/guides/|/message_types/|/slack/", route.path)
}

# A key of one environment promotes nothing to another; this has tests of its own.
IMPOSSIBLE_HERE |= {"PUT /v1/commits/promote", "PUT /v1/commits/{commit_id}/promote"}

# Asking why is asking, and so is asking what would be: it takes a body, and writes nothing. Links are stored nowhere.
READING = {
    "POST /directory/v1/users/{user_id}/links",
    "POST /directory/v1/users/{user_id}/merges/preview",
    "POST /directory/v1/users/{user_id}/explain",
    "POST /directory/v1/objects/{collection}/{object_id}/explain",
    "POST /directory/v1/workflows/{key}/simulate",
    "PUT /v1/workflows/{key}/validate",
    "PUT /v1/email_layouts/{email_layout_key}/validate",
    "PUT /v1/partials/{partial_key}/validate",
    "PUT /v1/audiences/{audience_key}/validate",
    "PUT /v1/translations/{locale_code}/validate",
}

# A secret is shown once: answers are kept without it.
WITH_A_SECRET = {"POST /directory/v1/webhooks", "POST /directory/v1/webhooks/{webhook_id}/rotate"}

# Each of these ends a version of a list: one of its own.
ENDING_A_VERSION = (
    "DELETE /v1/subscriber_list/{list_id}/version/{version_id}/",
    "PATCH /v1/subscriber_list/{list_id}/version/{version_id}/delete/",
    "PATCH /v1/subscriber_list/{list_id}/version/{version_id}/finish_sync/",
)


def order(route: Route) -> int:
    return LAST.index(route.title) if route.title in LAST else -1


def with_a_version_for(things: PopulatedEnvironment, route: Route) -> PopulatedEnvironment:
    if route.title not in ENDING_A_VERSION:
        return things
    return replace(things, version_ids=things.version_ids[ENDING_A_VERSION.index(route.title) :])


@pytest.mark.parametrize("spoken", SPOKEN, ids=lambda spoken: spoken.name)
async def test_every_write_happens_once(
    api: str, line: Connection, worker: None, pool: Pool, installation: Installation, spoken: Spoken
) -> None:
    things = await new_inhabited(api, pool, installation)
    assert ask(api, "PUT", f"/v1/users/{GUEST}", key=things.secret_key, body=b"{}").status == 200
    writing = [
        route
        for route in ROUTES
        if route.spoken is spoken and route.method != "GET" and route.title not in IMPOSSIBLE_HERE | READING
    ]
    wrong = []
    for number, route in enumerate(sorted(writing, key=order)):
        first, again = [repeat(line, route, with_a_version_for(things, route), number) for _ in range(2)]
        wrong += problems_of_a_replay(route, first, again)
    assert not wrong, "\n".join(wrong)


async def test_a_repetition_that_does_not_wait_for_the_first_gets_its_answer(
    api: str, pool: Pool, installation: Installation
) -> None:
    things = await new_inhabited(api, pool, installation)
    for id in ("primary", "guest"):
        ask(api, "PUT", f"/v1/users/{id}", key=things.secret_key, body=b"{}")

    def merge() -> Reply:
        return ask(
            api,
            "POST",
            "/directory/v1/users/primary/merges",
            key=things.secret_key,
            headers={"idempotency-key": "merge"},
            body=b'{"from": "guest"}',
        )

    async with pool.acquire() as connection:
        async with connection.transaction():
            held = "SELECT FROM addressee.recipients WHERE environment_id = $1 AND id = 'guest' FOR UPDATE"
            await connection.execute(held, things.id)
            merging = [asyncio.create_task(asyncio.to_thread(merge)) for _ in range(2)]
            await until(lambda: waiting_for_locks(pool, 2))
        replies = await asyncio.gather(*merging)
    assert [reply.status for reply in replies] == [200, 200]
    assert replies[0].body == replies[1].body
    assert sum("idempotent-replayed" in reply.headers for reply in replies) == 1


async def waiting_for_locks(pool: Pool, count: int) -> bool:
    waiting: int = await pool.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return waiting >= count


def repeat(line: Connection, route: Route, things: PopulatedEnvironment, number: int) -> Reply:
    query = f"?tenant_ids[]={TENANT}" if "tenant_ids[]" in route.query else ""
    return things.ask(line, route, query=query, headers={"idempotency-key": f"chosen-{number}"})


def problems_of_a_replay(route: Route, first: Reply, again: Reply) -> list[str]:
    """What is wrong unless the first was carried out, and the second was given its answer."""
    problems = []
    if first.status != THERE_ALREADY.get(route.title, route.operation.status) or "idempotent-replayed" in first.headers:
        problems.append(f"the first was not carried out: {first}")
    if again.headers.get("idempotent-replayed") != "true":
        problems.append(f"the second is no replay: {again}")
    elif again.headers["original-x-request-id"] != first.headers["x-request-id"]:
        problems.append(f"the second is the replay of another: {again}")
    if content(again) != content(without_secret(first) if route.title in WITH_A_SECRET else first):
        problems.append(f"the answers differ: {first}, {again}")
    return [f"{route.title}: {problem}" for problem in problems] + route.problems_of_an_answer(first)


def without_secret(reply: Reply) -> Reply:
    return replace(reply, body=re.sub(rb'"secret":"[^"]+"', b'"secret":null', reply.body))


def content(reply: Reply) -> tuple[int, str | None, bytes]:
    return reply.status, reply.headers.get("content-type"), reply.body
