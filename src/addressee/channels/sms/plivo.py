"""Sends SMS through Plivo (senders.md §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from addressee.channels.callbacks.plivo import PLIVO_CALLBACKS
from addressee.channels.requests.authorization import basic, secret_of
from addressee.channels.requests.bodies import given
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.settings import NumberSettings, setting_problems
from addressee.channels.sms.message import Sms, sms_provider
from addressee.channels.sms.segments import Encoding, encoding_of
from addressee.channels.texts import length
from addressee.directory.documents import merged_deep

# The longest text that is not in the alphabet of GSM. Others may have as many characters as every SMS.
MAX_LENGTH_IN_UCS_2 = 737


class PlivoSettings(NumberSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Plivo channel. Plivo tells `status_callback` what becomes of each message."""

    auth_id: str
    auth_token: str
    sender: str | None = msgspec.field(name="from", default=None)
    powerpack_uuid: str | None = None
    status_callback: str | None = None
    endpoint: str = "https://api.plivo.com"


class PlivoAnswer(msgspec.Struct):
    """`message_uuid` has an id for each number that the message goes to, `invalid_number` the numbers that are none."""

    message_uuid: list[str] | str = []
    invalid_number: list[Any] = []
    error: Any = ""

    @property
    def id(self) -> str | None:
        return self.message_uuid if isinstance(self.message_uuid, str) else next(iter(self.message_uuid), None)

    @property
    def words(self) -> str:
        return self.error if isinstance(self.error, str) else msgspec.json.encode(self.error).decode()


def to_request(settings: PlivoSettings, sms: Sms) -> ProviderRequest:
    """Raises UnsendableError."""
    check_text(sms.text)
    body = {
        "src": settings.sender,
        "powerpack_uuid": settings.powerpack_uuid,
        "dst": sms.to,
        "text": sms.text,
        "url": settings.status_callback,
    }
    authorization = basic(settings.auth_id, settings.auth_token)
    return ProviderRequest(
        service="plivo",
        url=f"{settings.endpoint.rstrip('/')}/v1/Account/{quote(settings.auth_id, safe='')}/Message/",
        headers={
            "accept": "application/json",
            "authorization": authorization,
            "content-type": "application/json",
        },
        content=msgspec.json.encode(merged_deep(given(body), sms.overrides)),
        envelope=sms.envelope,
        hidden=(settings.auth_token, secret_of(authorization), settings.status_callback or "", *sms.contents),
    )


def check_text(text: str) -> None:
    """Raises UnsendableError."""
    if encoding_of(text) is Encoding.UCS_2 and length(text) > MAX_LENGTH_IN_UCS_2:
        raise UnsendableError(
            f"Plivo takes at most {MAX_LENGTH_IN_UCS_2} characters of a text that is not in the alphabet of GSM; "
            f"this one has {length(text):,}"
        )


def judge(answer: ProviderAnswer) -> Sent | Failed:
    """Plivo's errors have no codes: but for a number that is none, the status says what failed."""
    said = answer.read(PlivoAnswer) or PlivoAnswer()
    if said.invalid_number:
        return answer.failed(Failure.BOUNCED, said.words or "this is no valid number")
    if answer.is_success and not said.error:
        return answer.sent(said.id)
    return answer.usual_failure(said.words)


def plivo_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of a Plivo channel: the setting, and what it must be."""
    yield from setting_problems(settings)
    if (settings.get("from") is None) == (settings.get("powerpack_uuid") is None):
        yield "from", "a Plivo channel needs either 'from' or 'powerpack_uuid'"


PLIVO = sms_provider(
    "plivo",
    PlivoSettings,
    lambda settings, context: RequestSender(context.client, partial(to_request, settings), judge),
    secrets=frozenset({"auth_token", "status_callback"}),
    problems=plivo_problems,
    callbacks=PLIVO_CALLBACKS,
)
