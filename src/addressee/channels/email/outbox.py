"""Writes e-mails as `.eml` files into a folder instead of sending them, for development."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from addressee.channels.email.mailbox import AddressError
from addressee.channels.email.message import Email, EmailSettings, RawEmail, compose, email_provider
from addressee.channels.sender import Failed, Failure, ProviderCall, Sent

WRITTEN = 201


class OutboxSender:
    """Writes e-mails to files named by their ids, so sending again overwrites."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, email: Email, /) -> Sent | Failed:
        try:
            composed = compose(email)
        except AddressError as error:
            return Failed(error.failure, str(error))
        try:
            await asyncio.to_thread(self._write, f"{email.id}.eml", composed.content)
        except OSError as error:
            reason = f"{self._folder} cannot be written: {error.strerror}"
            return Failed(Failure.TEMPORARY, reason, provider_call(composed, None, reason))
        return Sent(provider_call(composed, WRITTEN, "written"))

    async def close(self) -> None:
        """Does nothing: no connection is kept."""

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.{os.getpid()}"
        unfinished.write_bytes(content)
        unfinished.replace(self._folder / name)


OUTBOX = email_provider("outbox", EmailSettings, lambda settings, context: OutboxSender(context.outbox))


def provider_call(composed: RawEmail, status: int | None, answer: str) -> ProviderCall:
    return ProviderCall("outbox", "PUT", "localhost", f"/{composed.id}.eml", composed.envelope, status, answer)
