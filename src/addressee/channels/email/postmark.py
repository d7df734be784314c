"""Sends e-mail through Postmark (senders.md §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from addressee.channels.email.mailbox import AddressError
from addressee.channels.email.message import Email, EmailSettings, email_provider, mailboxes_of
from addressee.channels.http_exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.sender import Failed, Failure, Sent

if TYPE_CHECKING:
    import httpx2

# Postmark's error codes: the recipient bounced or complained before, the recipient's address is wrong, maintenance.
INACTIVE_RECIPIENT = 406
INVALID_EMAIL = 300
MAINTENANCE = 100
CREDENTIAL_CODES = frozenset({10, 400, 401, 405, 412})


class PostmarkSettings(EmailSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Postmark channel. `api_key` is the token of a server."""

    api_key: str
    endpoint: str = "https://api.postmarkapp.com"


class PostmarkAnswer(msgspec.Struct, rename="pascal"):
    error_code: int = 0
    message: str = ""
    message_id: str | None = msgspec.field(default=None, name="MessageID")


class PostmarkSender:
    """Sends e-mails one by one, as each has a recipient of its own."""

    def __init__(self, settings: PostmarkSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    async def send(self, email: Email, /) -> Sent | Failed:
        try:
            request = self._request(email)
        except AddressError as error:
            return Failed(error.failure, str(error))
        answer = await exchange(self._client, request)
        return answer if isinstance(answer, Failed) else judge(answer)

    async def close(self) -> None:
        """Does nothing: the client is shared."""

    def _request(self, email: Email) -> ProviderRequest:
        """Raises AddressError."""
        mailboxes = mailboxes_of(email)
        body = {
            **{name.replace("-", ""): str(mailbox) for name, mailbox in mailboxes.items()},
            "Subject": email.subject,
            "HtmlBody": email.html,
            "TextBody": email.text,
            "MessageStream": "outbound",
            "Metadata": {"id": email.id},
        }
        return ProviderRequest(
            service="postmark",
            url=f"{self._settings.endpoint.rstrip('/')}/email",
            headers={
                "accept": "application/json",
                "content-type": "application/json",
                "x-postmark-server-token": self._settings.api_key,
            },
            content=msgspec.json.encode({name: value for name, value in body.items() if value is not None}),
            envelope={"id": email.id, "from": str(mailboxes["From"]), "to": str(mailboxes["To"])},
            hidden=(self._settings.api_key, email.subject, email.html or "", email.text or ""),
        )


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(PostmarkAnswer) or PostmarkAnswer()
    words = f"{said.error_code} {said.message}" if said.error_code else ""
    if answer.is_success and not said.error_code:
        return answer.sent(said.message_id)
    if said.error_code == INACTIVE_RECIPIENT:
        return answer.failed(Failure.BOUNCED, words)
    if said.error_code == MAINTENANCE:
        return answer.failed(Failure.UNAVAILABLE, words)
    if said.error_code in CREDENTIAL_CODES:
        return answer.failed(Failure.CREDENTIALS, words)
    return answer.usual_failure(words)


POSTMARK = email_provider(
    "postmark",
    PostmarkSettings,
    lambda settings, context: PostmarkSender(settings, context.client),
    secrets=frozenset({"api_key"}),
)
