"""Channels as files: secrets are variables, and what the defaults are is not said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from addressee.channels.provider import ChannelType
from addressee.messaging.environment.channels import Channel
from addressee.messaging.workflows.folders.channels import says_the_same, to_files, to_text, variables_in

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ID = "0192a1b2-0000-7000-8000-000000000001"


def channel(key: str, type: ChannelType, provider: str, settings: dict[str, Any], name: str | None = None) -> Channel:
    return Channel(UUID(ID), key, name or key, type, provider, settings, NOW, NOW)


def to_file(channel: Channel, secrets: dict[str, Any]) -> dict[str, Any]:
    return to_files([(channel, secrets)])[channel.key]


SMTP = to_file(
    channel("mail-eu", ChannelType.EMAIL, "smtp", {"host": "mail.example.com", "from": "a@example.com"}, "Mail"),
    {"password": "hunter2"},
)


def test_a_file_has_variables_for_secrets() -> None:
    text = to_text("mail-eu", SMTP)
    assert text == (
        "type: email\nname: Mail\nprovider: smtp\n"
        "settings:\n  host: mail.example.com\n  from: a@example.com\n  password: ${MAIL_EU_PASSWORD}\n"
    )
    assert variables_in(SMTP) == {"MAIL_EU_PASSWORD"}


def test_a_file_does_not_say_what_is_the_default() -> None:
    feed = to_file(channel("in-app", ChannelType.IN_APP_FEED, "feed", {}), {})
    assert to_text("in-app", feed) == "type: in_app_feed\n"


def test_each_value_of_a_secret_mapping_is_a_variable_of_its_own() -> None:
    hook = to_file(channel("hook", ChannelType.HTTP, "webhook", {}), {"headers": {"X-Key": "k"}, "signing_secret": "s"})
    assert hook["settings"] == {
        "headers": {"X-Key": "${HOOK_HEADERS_X_KEY}"},
        "signing_secret": "${HOOK_SIGNING_SECRET}",
    }


def passwords(*keys: str) -> list[str]:
    """The variables of the passwords of e-mail channels with these keys, in one environment."""
    files = to_files([(channel(key, ChannelType.EMAIL, "smtp", {}), {"password": "hunter2"}) for key in keys])
    return [files[key]["settings"]["password"] for key in keys]


def test_secrets_of_keys_that_are_alike_have_variables_of_their_own() -> None:
    assert passwords("mail-a", "other") == ["${MAIL_A_PASSWORD}", "${OTHER_PASSWORD}"]
    first, second = passwords("mail-a", "mail_a")
    assert (first, second) == ("${MAIL_A_PASSWORD_AAB8410C}", "${MAIL_A_PASSWORD_3ABC8CDA}")
    assert passwords("Mail_A", "mail_a", "mail-a")[1:] == [second, first]
    assert passwords("mail_a", "other", "mail-a") == [second, "${OTHER_PASSWORD}", first]


def test_values_of_a_mapping_that_are_alike_have_variables_of_their_own() -> None:
    hook = to_file(channel("hook", ChannelType.HTTP, "webhook", {}), {"headers": {"X-Key": "a", "X_Key": "b"}})
    assert len(variables_in(hook)) == 2


FILE = {
    "type": "email",
    "name": "Mail",
    "provider": "smtp",
    "settings": {"host": "mail.example.com", "from": "${FROM}", "password": "${PASSWORD}"},
}


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"id": ID}, True),
        ({"id": "0192a1b2-0000-7000-8000-000000000002"}, False),
        ({"name": "E-mail"}, False),
        ({"failover": ["other"]}, False),
        ({"settings": {**FILE["settings"], "host": "other.example.com"}}, False),  # type: ignore[dict-item]
        ({"settings": {"host": "mail.example.com", "from": "${FROM}"}}, False),
        ({"settings": {**FILE["settings"], "host": "${HOST}"}}, True),  # type: ignore[dict-item]
    ],
)
def test_whether_a_file_says_what_is_stored(changed: dict[str, Any], same: bool) -> None:
    assert says_the_same("mail-eu", {**FILE, **changed}, SMTP) is same


def test_a_file_that_is_none_says_something_else() -> None:
    assert not says_the_same("mail-eu", None, SMTP)
