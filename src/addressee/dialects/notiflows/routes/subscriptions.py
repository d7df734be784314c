"""Subscriptions of users to topics (notiflows.md §3.1, A10 to A13; §3.2, B10 to B12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.database.paging import Page
from addressee.dialects.notiflows.mapping import rendering
from addressee.dialects.notiflows.routes.topics import place_of_topic, require_topic
from addressee.dialects.notiflows.shapes import subscriptions as shapes
from addressee.dialects.notiflows.shapes.paging import page_of
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import NotiflowsError, missing, not_found
from addressee.dialects.notiflows.wire.paging import PAGING, PERIOD, parse_page, parse_period
from addressee.dialects.notiflows.wire.places import checked_external_id, require_user, user_place
from addressee.directory.groups.topics import Subscribed, TopicSubscription, topic_place
from addressee.directory.reading.uuid_ranges import UuidRange
from addressee.directory.recipient import USERS, Place, Recipient

OF_USER = "/admin/v1/users/{external_id}/subscriptions"
OF_TOPIC = "/admin/v1/topics/{topic_name}/subscriptions"

routes = Routes(keys=ADMIN)

NOT_KNOWN = "User not found"
NOT_SUBSCRIBED = "User is not subscribed to this topic"


@routes.get(OF_USER, "users.subscriptions.list", query=(*PERIOD, *PAGING), response=shapes.Subscriptions)
async def list_of_user(call: Call) -> shapes.Subscriptions:
    """List the topics that a user subscribes to, newest first."""
    query = Query(call.query_string)
    page, uids = parse_page(query, UUID), UuidRange.of(*parse_period(query))
    part = await call.services.directory.topics.subscriptions_of(await require_user(call), uids, page)
    return subscriptions(part)


@routes.get(OF_TOPIC, "topics.subscriptions.list", query=(*PERIOD, *PAGING), response=shapes.Subscriptions)
async def list_of_topic(call: Call) -> shapes.Subscriptions:
    """List the users who subscribe to a topic, newest first."""
    query = Query(call.query_string)
    page, uids = parse_page(query, UUID), UuidRange.of(*parse_period(query))
    part = await call.services.directory.topics.subscribers(await require_topic(call), uids, page)
    return subscriptions(part)


@routes.get(f"{OF_USER}/{{topic_name}}", "users.subscriptions.get", response=shapes.Subscription)
async def get(call: Call) -> shapes.Subscription:
    """Get a user's subscription to a topic."""
    topic, user = await topic_and_user(call)
    found = await call.services.directory.topics.subscription(topic, user)
    if found is None:
        raise not_subscribed(call)
    return subscription(found)


@routes.post(
    OF_USER,
    "users.subscriptions.subscribe",
    request=shapes.Subscribe,
    response=shapes.Subscription,
    status=201,
    other_responses={200: shapes.Subscription},
)
async def subscribe(call: Call) -> Answer:
    """Subscribe a user to a topic.

    Creates the topic if there is none. The status is 200 when the user subscribed before.
    """
    topic = topic_place(call.environment.id, typed_body(call, shapes.Subscribe).topic_name)
    user = await require_user(call)

    def answer(subscribed: Subscribed) -> Answer:
        if not subscribed.subscriptions:  # deleted just now
            return not_found(call, "user", user.place.id)
        status = HTTPStatus.CREATED if subscribed.new else HTTPStatus.OK
        return json_answer(subscription(subscribed.subscriptions[0]), status)

    topics = call.services.directory.topics
    return answer(await topics.subscribe(topic, [user], origin=call.origin, receipt=call.receipt(answer)))


@routes.delete(f"{OF_USER}/{{topic_name}}", "users.subscriptions.unsubscribe", status=204)
async def unsubscribe(call: Call) -> Answer:
    """End a user's subscription to a topic."""
    topic, user = await topic_and_user(call)

    def answer(ended: Sequence[TopicSubscription]) -> Answer:
        return no_content() if ended else not_found(call, "subscription", topic.place.id)

    return answer(await call.services.directory.topics.unsubscribe(topic, [user], receipt=call.receipt(answer)))


async def topic_and_user(call: Call) -> tuple[Recipient, Recipient]:
    """The topic and the user whom the path names. Raises NotiflowsError when there are none."""
    topic, user = place_of_topic(call), user_place(call)
    found = await call.services.directory.read_all([topic, user])
    if user not in found:
        raise missing("user", user.id)
    if topic not in found:
        raise not_subscribed(call)
    return found[topic], found[user]


def not_subscribed(call: Call) -> NotiflowsError:
    return missing("subscription", call.path["topic_name"])


@routes.post(
    OF_TOPIC,
    "topics.subscriptions.subscribe",
    summary=f"Subscribe up to {shapes.MAX_USERS:,} users to a topic",
    request=shapes.Users,
    response=shapes.Outcome,
    other_responses={207: shapes.Outcome},
)
async def subscribe_several(call: Call) -> Answer:
    """Creates the topic if there is none and a user is known. Users are not created."""
    topic, users = place_of_topic(call), parse_users(call)
    known = await call.services.directory.read_all(users)

    def answer(subscribed: Subscribed) -> Answer:
        return outcome(users, subscribed.subscriptions, lambda _: NOT_KNOWN)

    topics = call.services.directory.topics
    subscribed = await topics.subscribe(topic, list(known.values()), origin=call.origin, receipt=call.receipt(answer))
    return answer(subscribed)


@routes.delete(
    OF_TOPIC,
    "topics.subscriptions.unsubscribe",
    summary=f"End the subscriptions of up to {shapes.MAX_USERS:,} users to a topic",
    request=shapes.Users,
    response=shapes.Outcome,
    other_responses={207: shapes.Outcome},
)
async def unsubscribe_several(call: Call) -> Answer:
    users = parse_users(call)
    topic = await require_topic(call)
    known = await call.services.directory.read_all(users)
    answer = partial(outcome, users, reason=lambda user: NOT_SUBSCRIBED if user in known else NOT_KNOWN)
    ended = await call.services.directory.topics.unsubscribe(topic, known.values(), receipt=call.receipt(answer))
    return answer(ended)


def parse_users(call: Call) -> list[Place]:
    """The places of the users whom the body names, each once. Raises MisshapenError, NotiflowsError or RefusedError."""
    ids = typed_body(call, shapes.Users).user_external_ids
    checked = [checked_external_id(id, f"user_external_ids.{index}") for index, id in enumerate(ids)]
    return [Place(call.environment.id, USERS, id) for id in dict.fromkeys(checked)]


def outcome(users: Sequence[Place], done: Sequence[TopicSubscription], reason: Callable[[Place], str]) -> Answer:
    """The answer about several users, in the order in which they were named."""
    found = {each.user_id: each for each in done}
    failed = [shapes.Failure(external_id=user.id, reason=reason(user)) for user in users if user.id not in found]
    successful = [subscription(found[user.id]) for user in users if user.id in found]
    status = HTTPStatus.MULTI_STATUS if failed else HTTPStatus.OK
    return json_answer(shapes.Outcome(successful=successful, failed=failed), status)


def subscriptions(found: Page[TopicSubscription]) -> shapes.Subscriptions:
    return shapes.Subscriptions(items=[subscription(each) for each in found.entries], page=page_of(found))


def subscription(found: TopicSubscription) -> shapes.Subscription:
    return shapes.Subscription(
        id=str(found.id),
        topic_name=found.topic,
        user_id=str(found.user_uid),
        user_external_id=found.user_id,
        created_at=rendering.created(found.id),
    )
