"""Topics and their subscribers."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.people.members import NOBODY, PAGE_SIZE, Named, member_rows, named
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.directory.groups.topics import TOPICS
from addressee.directory.reading.uuid_ranges import ALWAYS
from addressee.directory.recipient import Recipient, made_at

routes = Routes("topics")


@routes.get(f"{ENVIRONMENT}/topics", VIEWER)
async def show_topics(visit: EnvironmentVisit) -> Answer:
    directory, prefix = visit.services.directory, visit.query.text("prefix") or ""
    found = await directory.list_by_prefix(
        visit.environment.id, TOPICS, prefix, visit.query.page_request(str, PAGE_SIZE)
    )
    return page(
        visit,
        "people/topics.html",
        topics=found.entries,
        subscribers=await directory.subscriptions.count_subscribers_of(found.entries),
        total=await directory.count(visit.environment.id, TOPICS),
        prefix=prefix,
        previous=found.before and visit.url("topics", prefix=prefix, before=found.before),
        next=found.after and visit.url("topics", prefix=prefix, after=found.after),
    )


@routes.get(f"{ENVIRONMENT}/topics/{{id}}", VIEWER)
async def show_topic(visit: EnvironmentVisit) -> Answer:
    return await topic_page(visit, await required(visit))


@routes.post(f"{ENVIRONMENT}/topics/{{id}}/subscribers", EDITOR)
async def add_subscriber(visit: EnvironmentVisit, form: Form) -> Answer:
    topic, wanted = await required(visit), await named(visit, form)
    if wanted.recipient is None:
        return await topic_page(visit, topic, wanted)
    origin = await visit.record("topics.add_subscriber", TOPICS, topic.place.id, subscriber=wanted.id)
    made = await visit.services.directory.topics.subscribe(topic.place, [wanted.recipient], origin=origin)
    notice = "subscriber-added" if made.new else "subscriber-was-there"
    return see_other(visit.url("topics", topic.place.id, notice=notice))


@routes.post(f"{ENVIRONMENT}/topics/{{id}}/subscribers/remove", EDITOR)
async def remove_subscriber(visit: EnvironmentVisit, form: Form) -> Answer:
    topic, wanted = await required(visit), await named(visit, form)
    await visit.record("topics.remove_subscriber", TOPICS, topic.place.id, subscriber=wanted.id)
    people = [wanted.recipient] if wanted.recipient is not None else []
    ended = await visit.services.directory.topics.unsubscribe(topic, people)
    notice = "subscriber-removed" if ended else "subscriber-was-away"
    return see_other(visit.url("topics", topic.place.id, notice=notice))


async def topic_page(visit: EnvironmentVisit, topic: Recipient, form: Named = NOBODY) -> Answer:
    directory = visit.services.directory
    found = await directory.topics.subscribers(topic, ALWAYS, visit.query.page_request(UUID, PAGE_SIZE))
    return page(
        visit,
        "people/topic.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.error else HTTPStatus.OK,
        topic=topic,
        count=await directory.subscriptions.count_subscribers(topic),
        rows=await member_rows(visit, [(each.user_id, made_at(each.id)) for each in found.entries]),
        previous=found.before and visit.url("topics", topic.place.id, before=found.before),
        next=found.after and visit.url("topics", topic.place.id, after=found.after),
        form=form,
    )


async def required(visit: EnvironmentVisit) -> Recipient:
    """Returns the topic that the path names. Raises MissingError."""
    return await visit.require(visit.place(TOPICS, visit.path["id"]))
