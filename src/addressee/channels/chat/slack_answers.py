"""Judges Slack's answers (senders.md §2). Pure."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from addressee.channels.requests.exchange import ProviderAnswer
from addressee.channels.sender import Failed, Failure, Sent

# Errors of the Web API, by what they say: of the address, of the token, of what the token may do, of the moment.
DEAD = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "cannot_dm_bot",
        "messages_tab_disabled",
    }
)
DEAD_TOKEN = frozenset(
    {"account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "org_login_required"}
)
FORBIDDEN = frozenset(
    {"missing_scope", "no_permission", "not_allowed_token_type", "access_denied", "team_access_not_granted"}
)
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
TEMPORARY = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"})

# What an incoming webhook answers when it does not exist any more, or must not be used any more.
DEAD_WEBHOOK_STATUSES = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
)
DEAD_WEBHOOK = frozenset({"no_team", "team_disabled", "user_not_found"})


class Token(NamedTuple):
    """A token, with what it means that it does not work any more (`dead`), may not do something, or is used too often.

    Slack counts the requests of each workspace, and tokens of addresses are of many: the others' go on.
    """

    text: str
    dead: Failure
    forbidden: Failure = Failure.PERMANENT
    limited: Failure = Failure.TEMPORARY


class SlackUser(msgspec.Struct):
    id: str


class SlackAnswer(msgspec.Struct):
    ok: bool = False
    error: str = ""
    needed: str = ""
    channel: Any = None
    ts: str | None = None
    user: SlackUser | None = None

    @property
    def words(self) -> str:
        return f"{self.error} (needed: {self.needed})" if self.needed else self.error


def said_in(answer: ProviderAnswer) -> SlackAnswer:
    return answer.read(SlackAnswer) or SlackAnswer()


def is_outside(answer: ProviderAnswer | Failed) -> bool:
    """Returns whether the app is no member of the channel that it posted to."""
    return not isinstance(answer, Failed) and said_in(answer).error == "not_in_channel"


def judge(answer: ProviderAnswer, token: Token) -> Sent | Failed:
    """Returns what an answer to chat.postMessage means. The message is known by its channel and its time there."""
    said = said_in(answer)
    if answer.is_success and said.ok:
        return answer.sent(f"{said.channel}:{said.ts}" if said.ts else None)
    return failure(answer, said, token)


def failure(answer: ProviderAnswer, said: SlackAnswer, token: Token) -> Failed:
    """Returns what an error of the Web API means for a message with this token."""
    if said.error in DEAD:
        return answer.failed(Failure.BOUNCED, said.words)
    if said.error in DEAD_TOKEN:
        return answer.failed(token.dead, said.words)
    if said.error in FORBIDDEN:
        return answer.failed(token.forbidden, said.words)
    if said.error in LIMITED or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return answer.failed(token.limited, said.words)
    if said.error in TEMPORARY:
        return answer.failed(Failure.TEMPORARY, said.words)
    usual = answer.usual_failure(said.words)
    return answer.failed(token.forbidden, said.words) if usual.failure is Failure.CREDENTIALS else usual


def judge_webhook(answer: ProviderAnswer) -> Sent | Failed:
    """Returns what a webhook's answer means. Slack counts the requests of each by itself."""
    words = answer.text.strip()
    if answer.is_success:
        return answer.sent()
    if answer.status in DEAD_WEBHOOK_STATUSES or words in DEAD_WEBHOOK:
        return answer.failed(Failure.BOUNCED, words)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return answer.failed(Failure.TEMPORARY, words)
    return answer.usual_failure(words)
