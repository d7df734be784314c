"""One message: what it says, what became of it, and what was said to its provider."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.channels.provider import ChannelType
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.messages.message_list import shown_to
from addressee.dashboard.messages.reveals import check_pass, pass_for
from addressee.dashboard.messages.shortened import FEW_BYTES, shortened
from addressee.dashboard.messages.wording import MESSAGE_EVENTS, REASONS, reason_in_words, why
from addressee.dashboard.rendering import framed_html, page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import PageRequest
from addressee.messaging.content.channel_types import AnyContent
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.delivery.resending import Resending
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.events import MessageEvent
from addressee.messaging.messages.model import Message
from addressee.messaging.messages.status import FAILED as FAILED_FOR_GOOD
from addressee.messaging.messages.status import Status
from addressee.operators.model import Role

routes = Routes("message")

# The numbers of events and of exchanges with the provider that a page shows, the oldest first.
MOST_EVENTS = 200
MOST_EXCHANGES = 50

FAILED = FAILED_FOR_GOOD | {Status.DELIVERY_ATTEMPTED}


@routes.get(f"{ENVIRONMENT}/messages/{{id}}", VIEWER)
async def show_message(visit: EnvironmentVisit) -> Answer:
    return await message_page(visit, await require_message(visit), is_open=visit.may(Role.EDITOR))


@routes.post(f"{ENVIRONMENT}/messages/{{id}}/reveal", VIEWER)
async def reveal_message(visit: EnvironmentVisit, form: Form) -> Answer:
    """Shows the message with its contents and addresses to a viewer, once that is recorded."""
    message = await require_message(visit)
    await visit.record("messages.reveal", message.recipient.collection, message.recipient.id, message=message.id)
    return await message_page(visit, message, is_open=True)


@routes.get(f"{ENVIRONMENT}/messages/{{id}}/email", VIEWER)
async def show_email(visit: EnvironmentVisit) -> Answer:
    """Shows the HTML of an e-mail, for a frame. Raises RoleNeededError for a viewer to whom it was not revealed."""
    message = await require_message(visit)
    check_pass(visit, message.id)
    content = await content_of(visit, message)
    if not isinstance(content, EmailContent) or not content.html:
        raise PageMissingError("This message has no HTML.")
    return framed_html(content.html)


async def require_message(visit: EnvironmentVisit) -> Message:
    """Returns the message that the path names. Raises PageMissingError."""
    message = await visit.services.messaging.messages.get(visit.environment.id, visit.path["id"])
    if message is None:
        raise PageMissingError("There is no such message in this environment. It may have been erased.")
    return message


async def content_of(visit: EnvironmentVisit, message: Message) -> AnyContent:
    """Raises PageMissingError for a message that was erased meanwhile."""
    found = await visit.services.messaging.messages.contents(visit.environment.id, [message.id])
    if not found:
        raise PageMissingError("There is no such message in this environment any more.")
    return found[0].content


async def message_page(
    visit: EnvironmentVisit, message: Message, *, is_open: bool, status: int = HTTPStatus.OK, error: str = ""
) -> Answer:
    messages, environment_id = visit.services.messaging.messages, visit.environment.id
    content = await content_of(visit, message)
    events = await messages.events(environment_id, message.id, PageRequest(MOST_EVENTS))
    logs = await messages.delivery_logs(environment_id, message.id, PageRequest(MOST_EXCHANGES))
    addresses = await messages.addresses(environment_id, [message.id])
    told: Sequence[MessageEvent] = () if events is None else events.entries
    return page(
        visit,
        "messages/message.html",
        status,
        **{**shown_to(visit), "open": is_open},
        message=message,
        content=content,
        addresses=addresses[message.id],
        stand_ins=await stand_ins(visit, message),
        events=told,
        more_events=events is not None and events.after is not None,
        exchanges=() if logs is None else logs.entries,
        event_words=MESSAGE_EVENTS,
        tones={status: shown.tone for status, shown in shown_to(visit)["words"].items()},
        why=why,
        shortened=shortened,
        few=FEW_BYTES,
        error=error,
        resending=await resending(visit, message),
        reason_in_words=reason_in_words,
        because=because(message, told, is_open=is_open),
        frame=visit.url("messages", message.id, "email", **{"pass": pass_of(visit, message, is_open=is_open)}),
    )


async def stand_ins(visit: EnvironmentVisit, message: Message) -> list[Channel]:
    """Returns the channels that sent the message at last in place of its own."""
    messaging, environment_id = visit.services.messaging, visit.environment.id
    others = await messaging.messages.sending_channels(environment_id, message.id) - {message.channel.id}
    return [each for each in await messaging.channels.list(environment_id) if each.id in others] if others else []


async def resending(visit: EnvironmentVisit, message: Message) -> Resending | None:
    """Returns what sending the message again would do, None where that is not asked: it may arrive, or was a feed's."""
    if not visit.may(Role.EDITOR) or message.channel.type is ChannelType.IN_APP_FEED:
        return None
    planned = await visit.services.messaging.resender.plan(visit.environment.id, message.id)
    return planned if planned.failed or message.status in FAILED_FOR_GOOD else None


def pass_of(visit: EnvironmentVisit, message: Message, *, is_open: bool) -> str | None:
    """Returns what the frame needs of a viewer to whom the message was revealed."""
    return None if visit.may(Role.EDITOR) or not is_open else pass_for(visit, message.id)


def because(message: Message, events: Sequence[MessageEvent], *, is_open: bool) -> list[str]:
    """Returns why a message did not arrive, or has not yet; nothing for one that did."""
    if message.status not in FAILED:
        return []
    data = next((each.data for each in reversed(events) if each.type == f"message.{message.status}"), None)
    if message.status is Status.NOT_SENT and not data:
        return [REASONS["sandbox"]]
    return why(data, open=is_open)
