"""Sends SMS through Vonage's Messages API (senders.md §3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from addressee.channels.callbacks.vonage import vonage_callbacks
from addressee.channels.private_keys import rsa_key_in
from addressee.channels.requests.authorization import basic, secret_of
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.settings import NumberSettings, setting_problems
from addressee.channels.sms.message import Sms, sms_provider
from addressee.channels.texts import length
from addressee.directory.clock import Clock
from addressee.directory.documents import merged_deep

# The longest text of the Messages API.
MAX_LENGTH = 1_000

TOKEN_LIFETIME = timedelta(minutes=5)

# Errors are named by a URL that ends in their code.
CODE = re.compile(r"#([0-9]{4})$")

# What Vonage's error codes mean; others mean what the status of HTTP says.
FAILURES: Mapping[int, Failure] = {
    1000: Failure.RATE_LIMITED,
    # an error of the platform, no connection within it
    **dict.fromkeys((1030, 1100), Failure.UNAVAILABLE),
    # the number is on a list of those that get no messages
    1050: Failure.OPTED_OUT,
    # the account is barred, has no credit, may not use this API
    **dict.fromkeys((1060, 1070, 1080), Failure.CREDENTIALS),
    # no number, one that does not exist any more, an illegal one, none of this channel
    **dict.fromkeys((1170, 1190, 1240, 1430), Failure.BOUNCED),
}


class VonageSettings(NumberSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Vonage channel: an application with its private key, or the account's API key and secret.

    Vonage tells `status_callback` what becomes of each message, instead of the URL that the application has. It signs
    what it tells with `webhook_signing_secret`, the account's signature secret.
    """

    sender: str = msgspec.field(name="from")
    application_id: str | None = None
    private_key: str | None = None
    api_key: str | None = None
    api_secret: str | None = None
    status_callback: str | None = None
    webhook_signing_secret: str | None = None
    endpoint: str = "https://api.nexmo.com"


class VonageAnswer(msgspec.Struct):
    """A message that was taken, with its `message_uuid`, or an error in the form of RFC 7807."""

    message_uuid: str | None = None
    type: str = ""
    detail: str | None = None
    invalid_parameters: list[Any] = []

    @property
    def code(self) -> int:
        """The error's code, 0 if it has none."""
        found = CODE.search(self.type)
        return 0 if found is None else int(found[1])

    @property
    def blames_number(self) -> bool:
        """Returns whether the number is all that is wrong with the request."""
        return [wrong.get("name") for wrong in self.invalid_parameters if isinstance(wrong, dict)] == ["to"]


def open_vonage(settings: VonageSettings, clock: Clock) -> Callable[[Sms], ProviderRequest]:
    """Returns what makes requests or raises UnsendableError. The key is read once: that takes longer than to sign."""
    key = None if settings.private_key is None else read_private_key(settings.private_key)

    def to_request(sms: Sms) -> ProviderRequest:
        check_text(sms.text)
        authorization = (
            basic(settings.api_key or "", settings.api_secret or "")
            if key is None
            else f"Bearer {token(settings, key, clock)}"
        )
        body = {
            "message_type": "text",
            "channel": "sms",
            "from": settings.sender.removeprefix("+"),
            "to": sms.to.removeprefix("+"),
            "text": sms.text,
            "client_ref": sms.id,
            **({} if settings.status_callback is None else {"webhook_url": settings.status_callback}),
        }
        return ProviderRequest(
            service="vonage",
            url=f"{settings.endpoint.rstrip('/')}/v1/messages",
            headers={
                "accept": "application/json",
                "authorization": authorization,
                "content-type": "application/json",
            },
            content=msgspec.json.encode(merged_deep(body, sms.overrides)),
            envelope=sms.envelope,
            hidden=(
                secret_of(authorization),
                settings.private_key or "",
                settings.api_secret or "",
                settings.status_callback or "",
                *sms.contents,
            ),
        )

    return to_request


def token(settings: VonageSettings, key: RSAPrivateKey, clock: Clock) -> str:
    now = clock.now()
    claims = {"application_id": settings.application_id, "iat": now, "exp": now + TOKEN_LIFETIME, "jti": str(uuid4())}
    return jwt.encode(claims, key, algorithm="RS256")


def read_private_key(pem: str) -> RSAPrivateKey:
    """Raises ValueError."""
    key = rsa_key_in(pem)
    if key is None:
        raise ValueError("this must be an RSA private key in PEM")
    return key


def check_text(text: str) -> None:
    """Raises UnsendableError."""
    if length(text) > MAX_LENGTH:
        raise UnsendableError(f"Vonage takes at most {MAX_LENGTH:,} characters; this text has {length(text):,}")


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(VonageAnswer) or VonageAnswer()
    if answer.is_success:
        return answer.sent(said.message_uuid)
    words = " ".join(filter(None, (str(said.code or ""), said.detail)))
    if said.code in FAILURES:
        return answer.failed(FAILURES[said.code], words)
    if said.blames_number:
        return answer.failed(Failure.BOUNCED, words)
    if answer.status == HTTPStatus.PAYMENT_REQUIRED:
        return answer.failed(Failure.CREDENTIALS, words)
    return answer.usual_failure(words)


def vonage_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of a Vonage channel: the setting, and what it must be."""
    yield from setting_problems(settings)
    given = {name for name in ("application_id", "private_key", "api_key", "api_secret") if settings.get(name)}
    if given not in ({"application_id", "private_key"}, {"api_key", "api_secret"}):
        yield (
            "application_id",
            "a Vonage channel needs 'application_id' and 'private_key', or 'api_key' and 'api_secret'",
        )
    elif (pem := settings.get("private_key")) is not None:
        try:
            read_private_key(pem)
        except ValueError as error:
            yield "private_key", str(error)


VONAGE = sms_provider(
    "vonage",
    VonageSettings,
    lambda settings, context: RequestSender(context.client, open_vonage(settings, context.clock), judge),
    secrets=frozenset({"private_key", "api_secret", "status_callback", "webhook_signing_secret"}),
    problems=vonage_problems,
    callbacks=vonage_callbacks(FAILURES),
)
