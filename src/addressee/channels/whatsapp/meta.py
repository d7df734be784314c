"""Sends WhatsApp messages through Meta's Cloud API (senders.md §2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from addressee.channels.callbacks.meta import meta_callbacks
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.settings import NumberSettings, setting_problems
from addressee.channels.texts import length
from addressee.channels.whatsapp.message import (
    ApprovedTemplate,
    WhatsAppMessage,
    whatsapp_provider,
)
from addressee.directory.documents import merged_deep
from addressee.directory.recipient import Document

GRAPH_VERSION = "v24.0"

# The longest text; a longer one is cut.
MAX_TEXT_LENGTH = 4_096

# The longest parameter of a template's body, which is shorter where the template has other components; of its header.
MAX_PARAMETER_LENGTH = 32_768
MAX_PARAMETER_LENGTH_BESIDE_OTHERS = 1_024
MAX_HEADER_LENGTH = 60

# What Meta's error codes mean; others mean what the status of HTTP says.
FAILURES: Mapping[int, Failure] = {
    # the number is not on WhatsApp, or its owner has not agreed to WhatsApp's terms
    131026: Failure.BOUNCED,
    # the channel's own number is one for tests, which sends to listed numbers only
    131030: Failure.MISMATCHED,
    131050: Failure.OPTED_OUT,
    # the message: in an experiment, outside of the 24 hours, too much marketing for this recipient, of an unknown type
    **dict.fromkeys((130472, 131047, 131049, 131051), Failure.PERMANENT),
    # calls of the app, of the account, messages of the number, reports as spam, messages to this recipient
    **dict.fromkeys((4, 80007, 130429, 131048, 131056), Failure.RATE_LIMITED),
    # the token, what it may do, the account: blocked, locked, without means to pay, the number: not registered, deleted
    **dict.fromkeys((0, 3, 10, 33, 190, 368, 131005, 131031, 131042, 131045, 133010), Failure.CREDENTIALS),
    **dict.fromkeys(range(200, 300), Failure.CREDENTIALS),
    **dict.fromkeys((1, 2, 131016, 133004), Failure.UNAVAILABLE),
    131000: Failure.TEMPORARY,
}


class MetaSettings(NumberSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a channel of the Cloud API. `phone_number_id` is Meta's id of the number that it sends from.

    Meta signs what it tells with `app_secret`, and names `verify_token`, a text of the operator's choice, when it asks
    whether the URL is the right one.
    """

    phone_number_id: str
    access_token: str
    app_secret: str | None = None
    verify_token: str | None = None
    endpoint: str = "https://graph.facebook.com"


class MetaMessage(msgspec.Struct):
    id: str | None = None


class MetaError(msgspec.Struct):
    """An error of the Graph API. WhatsApp's own have an object with `details` in `error_data`."""

    code: int | None = None
    message: str | None = None
    error_data: Any = None

    @property
    def words(self) -> str:
        details = self.error_data.get("details") if isinstance(self.error_data, dict) else self.error_data
        said = (self.code, self.message, details)
        return " ".join(str(part) for part in said if part not in (None, ""))


class MetaAnswer(msgspec.Struct):
    messages: list[MetaMessage] = []
    error: MetaError | None = None


def to_request(settings: MetaSettings, message: WhatsAppMessage) -> ProviderRequest:
    """Raises UnsendableError."""
    message = message.cut_to(MAX_TEXT_LENGTH)
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.to,
        "biz_opaque_callback_data": message.id,
        **content_of(message.content),
    }
    return ProviderRequest(
        service="meta",
        url=f"{settings.endpoint.rstrip('/')}/{GRAPH_VERSION}/{quote(settings.phone_number_id, safe='')}/messages",
        headers={
            "accept": "application/json",
            "authorization": f"Bearer {settings.access_token}",
            "content-type": "application/json",
        },
        content=msgspec.json.encode(merged_deep(body, message.overrides)),
        envelope=message.envelope,
        hidden=(settings.access_token, *message.contents),
    )


def content_of(content: str | ApprovedTemplate) -> Document:
    if isinstance(content, str):
        return {"type": "text", "text": {"body": content}}
    check_lengths(content)
    components = [*body_of(content), *content.components]
    template = {"name": content.name, "language": {"code": content.language}}
    return {"type": "template", "template": {**template, **({"components": components} if components else {})}}


def body_of(template: ApprovedTemplate) -> list[Document]:
    """Returns the component with the parameters of the template's text; none without parameters."""
    parameters = template.parameters
    if isinstance(parameters, Mapping):
        filled = [{"type": "text", "parameter_name": name, "text": text} for name, text in parameters.items()]
    else:
        filled = [{"type": "text", "text": text} for text in parameters]
    return [{"type": "body", "parameters": filled}] if filled else []


def check_lengths(template: ApprovedTemplate) -> None:
    """Raises UnsendableError: a parameter that is cut would say something else."""
    limit = MAX_PARAMETER_LENGTH_BESIDE_OTHERS if template.components else MAX_PARAMETER_LENGTH
    for kind, texts, most in (("", template.texts, limit), ("header's ", header_texts(template), MAX_HEADER_LENGTH)):
        for text in texts:
            if length(text) > most:
                raise UnsendableError(
                    f"a {kind}parameter of a template has at most {most:,} characters; one has {length(text):,}"
                )


def header_texts(template: ApprovedTemplate) -> Iterable[str]:
    for component in template.components:
        parameters = component.get("parameters")
        if component.get("type") == "header" and isinstance(parameters, list):
            texts = (parameter.get("text") for parameter in parameters if isinstance(parameter, dict))
            yield from (text for text in texts if isinstance(text, str))


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(MetaAnswer) or MetaAnswer()
    if said.error is None:
        return answer.sent(id_in(said)) if answer.is_success else answer.usual_failure()
    failure = None if said.error.code is None else FAILURES.get(said.error.code)
    if failure is None:
        return answer.usual_failure(said.error.words)
    return answer.failed(failure, said.error.words)


def id_in(answer: MetaAnswer) -> str | None:
    """Returns Meta's id of the message, which begins with `wamid.`."""
    return next((message.id for message in answer.messages), None)


def meta_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of a channel of the Cloud API: the setting, and what it must be."""
    yield from setting_problems(settings)
    if not settings["phone_number_id"].isdecimal():
        yield "phone_number_id", "this must be Meta's id of the number, which has digits only, not the number itself"


META = whatsapp_provider(
    "meta",
    MetaSettings,
    lambda settings, context: RequestSender(context.client, partial(to_request, settings), judge),
    secrets=frozenset({"access_token", "app_secret", "verify_token"}),
    problems=meta_problems,
    callbacks=meta_callbacks(FAILURES),
)
