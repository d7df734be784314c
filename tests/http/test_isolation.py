"""Who may call which route, and that nobody reaches another environment's things by any of them."""

from __future__ import annotations

import re

import pytest

from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.support.populated import TENANT, PopulatedEnvironment, Stranger
from tests.support.raw_http import Connection, Reply
from tests.support.refusals import (
    SPOKEN,
    SPOKEN_NOTIFLOWS_FOR_USERS,
    SPOKEN_SUPRSEND_FOR_USERS,
    Refusal,
    Spoken,
    bearer,
)
from tests.support.routes import Route, each, every_route
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
    r"GET /v1/users/{user_id}/guides/{channel_id}",
    r"(PUT|DELETE) /v1/users/{user_id}/guides/(messages|engagements)/.*",
    r"(GET|PUT) /v1/providers/(slack|ms-teams)/.*",
    r"GET /v1/messages/{message_id}",
    r"(PUT|DELETE) /v1/messages/{message_id}/(un)?(seen|read|archived|interacted)",
    r"POST /v1/messages/batch/(un)?(seen|read|archived|interacted)",
    r"POST /v1/channels/{channel_id}/messages/bulk/{action}",
    r"[A-Z]+ /user/v1/.*",
    r"[A-Z]+ /v1/feed/.*",
    r"[A-Z]+ /v2/subscriber/.*",
    r"GET /directory/v1/users/{user_id}/feeds/{channel}/stream",
]

# What names something that a populated environment does not have.
NOT_THERE = r"^GET .*/channel_data/{channel_id}$|/guides/(messages|engagements)/"

# What a stranger is answered who names things of the first environment; everything else is 404.
ANSWERS_TO_A_STRANGER = {
    "GET /directory/v1/search": 200,
    "GET /v1/feed/notifications/": 200,
    "GET /v1/feed/notifications_count/": 200,
    "POST /v1/feed/bulk/notifications/seen/": 200,
    "PATCH /v1/feed/reset_bell_count/": 200,
    "PATCH /v1/feed/mark_all_read/": 200,
    "GET /directory/v1/suppressions": 200,
    "POST /directory/v1/suppressions": 204,
    "GET /directory/v1/webhooks": 200,
    "POST /directory/v1/webhooks": 201,
    "GET /directory/v1/webhook-event-types": 200,
    "GET /admin/v1/users": 200,
    "PUT /admin/v1/users/{external_id}": 201,
    "GET /admin/v1/notifications": 200,
    "GET /admin/v1/deliveries": 200,
    "GET /admin/v1/topics": 200,
    "POST /admin/v1/topics/{topic_name}/subscriptions": 207,
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
    "GET /v1/users/{user_id}/guides/{channel_id}": 200,
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
    "GET /directory/v1/notices": 200,
    "POST /event/": 202,
    "GET /v1/user/": 200,
    "POST /v1/user/{distinct_id}/": 201,
    "PATCH /v1/user/{distinct_id}/": 202,
    "DELETE /v1/bulk/user/": 204,
    "PATCH /v1/bulk/user/preference/": 202,
    "PATCH /v1/bulk/user/preference/reset/": 202,
    "GET /v1/tenant/": 200,
    "POST /v1/tenant/{tenant_id}/": 201,
    "GET /v1/brand/": 200,
    "POST /v1/brand/{brand_id}/": 201,
    "POST /v1/subscriber_list/": 201,
    "GET /v1/subscriber_list/": 200,
    "GET /v1/object/{object_type}/": 200,
    "POST /v1/object/{object_type}/{object_id}/": 201,
    "PATCH /v1/object/{object_type}/{object_id}/": 200,
    "DELETE /v1/bulk/object/{object_type}/": 204,
    "GET /v1/message/": 200,
    "PATCH /v1/bulk/message/": 202,
    "POST /v2/event/": 202,
    "POST /v2/bulk/event/": 207,
    "POST /{workspace}/trigger/": 401,
    "POST /{workspace}/broadcast/": 401,
    "GET /v1/whoami": 200,
    "GET /v1/environments": 200,
    "GET /v1/channels": 200,
    "GET /v1/branches": 200,
    "GET /v1/schemas": 200,
    "GET /v1/guides": 200,
    "GET /v1/message_types": 200,
    "GET /v1/audiences": 200,
    "PUT /v1/audiences/{audience_key}": 200,
    "PUT /v1/audiences/{audience_key}/validate": 200,
    "GET /v1/translations": 200,
    "PUT /v1/translations/{locale_code}": 200,
    "PUT /v1/translations/{locale_code}/validate": 200,
    "GET /v1/channel_groups": 200,
    "PUT /v1/channel_groups/{channel_group_key}": 200,
    "GET /v1/workflows": 200,
    "GET /v1/email_layouts": 200,
    "GET /v1/partials": 200,
    "PUT /v1/workflows/{key}": 200,
    "PUT /v1/workflows/{key}/validate": 200,
    "PUT /v1/email_layouts/{email_layout_key}": 200,
    "PUT /v1/email_layouts/{email_layout_key}/validate": 200,
    "PUT /v1/partials/{partial_key}": 200,
    "PUT /v1/partials/{partial_key}/validate": 200,
    "GET /v1/commits": 200,
    "PUT /v1/commits": 200,
    "PUT /v1/commits/promote": 422,
}

# What names a user who must be there: another of these tests may have deleted the twin's. And nobody enters a workspace
# with the key of another. A key of one environment
# promotes nothing to another.
OTHER_ANSWERS_TO_A_TWIN = {
    "POST /v1/schedules": (422,),
    "POST /v1/notify": (422,),
    "POST /{workspace}/trigger/": (401,),
    "POST /{workspace}/broadcast/": (401,),
    "POST /admin/v1/topics/{topic_name}/subscriptions": (207,),
    "PUT /v1/commits/promote": (422,),
}

# A route of each dialect that needs nothing to be there.
AT_HAND = {
    "knock": "/v1/users",
    "native": "/directory/v1/notices",
    "suprsend": "/v1/user/",
    "notiflows": "/admin/v1/users",
    "management": "/v1/whoami",
}


def is_public(route: Route) -> bool:
    return any(re.fullmatch(pattern, route.title) for pattern in PUBLIC)


def naming(route: Route, things: PopulatedEnvironment) -> str:
    """A query that names an environment's messages, or its tenant or workflow, where the route needs one."""
    if route.operation.name == "schedules.list":
        return "?workflow=welcome"
    if route.operation.name == "tenants.bulk.delete":
        return f"?tenant_ids[]={TENANT}"
    ids = "&".join(f"message_ids[]={id}" for id in things.message_ids)
    return f"?{ids}" if "message_ids[]" in route.query else ""


@pytest.mark.usefixtures("unchanged")
@every_route
def test_another_environments_key_finds_nothing_and_changes_nothing(
    line: Connection, populated: PopulatedEnvironment, stranger: Stranger, route: Route
) -> None:
    reply = populated.ask(line, route, key=stranger.key(route), query=naming(route, populated))
    assert reply.status == answer_to_a_stranger(route)
    assert not traces(populated, reply)


def is_for_users(route: Route) -> bool:
    return route.spoken is SPOKEN_NOTIFLOWS_FOR_USERS


def answer_to_a_stranger(route: Route) -> int:
    """Who acts for a user must name one who is there."""
    return 401 if is_for_users(route) else ANSWERS_TO_A_STRANGER.get(route.title, 404)


@pytest.mark.usefixtures("unchanged")
@every_route
def test_nor_does_it_where_it_has_things_of_the_same_names(
    line: Connection, populated: PopulatedEnvironment, twin: PopulatedEnvironment, route: Route
) -> None:
    """The same user, channel and workflow, but other messages, bulk operations and versions of lists."""
    reply = populated.ask(line, route, key=twin.keys[route.spoken.key], query=naming(route, populated))
    others = (401,) if is_for_users(route) else OTHER_ANSWERS_TO_A_TWIN.get(route.title, ())
    assert reply.status in (route.operation.status, *route.operation.other_responses, 404, *others)
    assert not traces(populated, reply)


def traces(things: PopulatedEnvironment, reply: Reply) -> list[str]:
    """What an answer says of an environment. What the caller named itself is no trace of it."""
    secrets = (things.user_name, things.run_id, things.webhook_id, things.webhook_delivery_id)
    return [secret for secret in secrets if secret in reply.body.decode()]


@every_route
def test_without_a_key(line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
    reply = line.ask(route.method, populated.path(route), body=populated.body_bytes(route))
    assert not route.problems(reply, Refusal.NO_KEY)


@pytest.mark.usefixtures("unchanged")
@every_route
def test_with_a_key_that_is_none_here(line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
    """Unknown ones, and the environment's own of kinds that this dialect does not take."""
    keys = {"unknown": "sk_unknown", "long": "x" * 600, "odd": "schlüssel", "two words": "a b"}
    keys |= {kind: populated.keys[kind] for kind in route.spoken.strange}
    wrong = [
        f"{name}: {problem}"
        for name, key in keys.items()
        for problem in route.problems(populated.ask(line, route, key=key), Refusal.UNKNOWN_KEY)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("spoken", [each for each in SPOKEN if each.sends is bearer], ids=lambda spoken: spoken.name)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic c2s6", "sk_unknown", "wk_unknown:", ":"])
def test_with_something_else_than_a_key(line: Connection, spoken: Spoken, header: str) -> None:
    reply = line.ask("GET", AT_HAND[spoken.dialect.name], headers={"authorization": header})
    assert not spoken.problems(reply, Refusal.UNKNOWN_KEY if header else Refusal.NO_KEY)


@pytest.mark.usefixtures("unchanged")
@each(lambda route: "public" not in route.spoken.strange and not is_public(route))
def test_a_public_key_does_not_open_it(line: Connection, populated: PopulatedEnvironment, route: Route) -> None:
    assert not route.problems(populated.ask(line, route, key=populated.keys["public"]), Refusal.PUBLIC_KEY)


@each(is_public)
def test_a_public_key_opens_it(line: Connection, playground: PopulatedEnvironment, route: Route) -> None:
    """Channel data are not there to be found, nor are guides or accounts, and a browser is subscribed already."""
    missing = {404} if re.search(NOT_THERE, route.title) else {403} if route.account_of else set()
    known = {200} if route.title == "POST /user/v1/channels/{channel_id}/subscriptions" else set()
    reply = playground.ask(line, route, key=playground.keys["public"])
    assert reply.status in {route.operation.status, *missing, *known}


async def test_a_revoked_key_is_refused_once_processes_have_forgotten_it(
    line: Connection, environment: Environment, keys: Keys
) -> None:
    servers = [spoken for spoken in SPOKEN if spoken not in (SPOKEN_SUPRSEND_FOR_USERS, SPOKEN_NOTIFLOWS_FOR_USERS)]
    created = {spoken: await keys.create(environment.name, spoken.key) for spoken in servers}

    def replies() -> list[tuple[Spoken, Reply]]:
        return [
            (spoken, line.ask("GET", AT_HAND[spoken.dialect.name], headers=spoken.sends(one.key)))
            for spoken, one in created.items()
        ]

    assert {reply.status for _, reply in replies()} == {200}
    for one in created.values():
        await keys.revoke(str(one.id))

    async def are_refused() -> bool:
        return all(reply.status == 401 for _, reply in replies())

    await until(are_refused)
    for spoken, reply in replies():
        assert not spoken.problems(reply, Refusal.UNKNOWN_KEY)
