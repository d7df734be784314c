"""Sending a message again that did not arrive."""

from __future__ import annotations

from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.messages.message import message_page, require_message
from addressee.dashboard.messages.wording import reason_in_words
from addressee.dashboard.rendering import see_other
from addressee.dashboard.routes import EDITOR, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.messaging.errors import AlreadyResentError, NotResendableError

routes = Routes("resend")


@routes.post(f"{ENVIRONMENT}/messages/{{id}}/send-again", EDITOR)
async def send_again(visit: EnvironmentVisit, form: Form) -> Answer:
    """Sends a message again, once for each page that was shown with the button, whoever presses it."""
    message = await require_message(visit)
    times = form.text("times")
    place = message.recipient
    await visit.record("messages.send_again", place.collection, place.id, message=message.id)
    try:
        if not times.isascii() or not times.isdecimal():
            raise AlreadyResentError
        await visit.services.messaging.resender.send_again(visit.environment.id, message.id, int(times[:9]))
    except AlreadyResentError as error:
        return await message_page(visit, message, is_open=True, status=HTTPStatus.CONFLICT, error=str(error))
    except NotResendableError as error:
        said = f"It was not sent again. {reason_in_words(str(error.obstacle['reason']))}"
        return await message_page(visit, message, is_open=True, status=HTTPStatus.CONFLICT, error=said)
    return see_other(visit.url("messages", message.id, notice="message-sent-again"))
