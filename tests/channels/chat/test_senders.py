"""Senders of chat messages, besides what all senders do: limits, webhooks' hosts, tokens, moved chats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from addressee.channels.chat.kept import Kept
from addressee.channels.chat.message import ChatMessage
from addressee.channels.chat.ms_teams import RETIRED
from addressee.channels.provider import ChannelType
from addressee.channels.providers import PROVIDERS
from addressee.channels.sender import Failed, Failure, Sender, SenderContext, Sent
from tests.channels.cases import discord, ms_teams, slack, telegram
from tests.channels.provider_server import ReceivedRequest, Reply, provider_server
from tests.channels.test_http_senders import OpenCase, open_case, sender_context
from tests.support.clock import MovedClock

POSTED = Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})


@asynccontextmanager
async def sender_of(provider: str, context: SenderContext, **settings: Any) -> AsyncIterator[Sender[ChatMessage]]:
    of = PROVIDERS[ChannelType.CHAT, provider]
    assert of.open is not None
    sender = of.open(msgspec.convert(settings, of.settings), context)
    yield sender
    await sender.close()


async def sent_without_endpoint(provider: str, to: dict[str, Any], outbox: Path, **settings: Any) -> Failed:
    async with sender_context(outbox) as context, sender_of(provider, context, **settings) as sender:
        result = await sender.send(ChatMessage("id", to, "Hi"))
    assert isinstance(result, Failed)
    assert result.call is None
    return result


@pytest.mark.parametrize("provider", ["slack", "discord", "ms_teams"])
async def test_a_webhook_elsewhere_is_not_sent_to(provider: str, tmp_path: Path) -> None:
    to = {"incoming_webhook": {"url": "http://169.254.169.254/latest/meta-data"}}
    failed = await sent_without_endpoint(provider, to, tmp_path)
    assert failed.failure is Failure.PERMANENT
    assert "169" not in failed.reason


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("slack", " https://hooks.slack.com/services/T0/B0/x"),
        ("discord", "https://discord.com/api/webhooks/1/x\n"),
        ("ms_teams", "\thttps://prod-1.westeurope.logic.azure.com/workflows/x"),
    ],
)
async def test_a_webhook_with_spaces_around_it_is_the_addresss_fault(provider: str, url: str, tmp_path: Path) -> None:
    failed = await sent_without_endpoint(provider, {"incoming_webhook": {"url": url}}, tmp_path)
    assert failed.failure is Failure.PERMANENT
    assert "its URL is not https://" in failed.reason


async def test_webhooks_of_office_connectors_are_gone_and_the_reason_says_what_to_do(tmp_path: Path) -> None:
    to = {"incoming_webhook": {"url": "https://example.webhook.office.com/webhookb2/1@2/IncomingWebhook/3/4"}}
    failed = await sent_without_endpoint("ms_teams", to, tmp_path)
    assert (failed.failure, failed.reason) == (Failure.BOUNCED, RETIRED)


@pytest.mark.parametrize(
    ("provider", "to", "missing"),
    [
        ("slack", {"channel_id": "C1"}, "bot_token"),
        ("discord", {"channel_id": "1"}, "bot_token"),
        ("ms_teams", {"tenant_id": "t", "user_id": "u"}, "app_id"),
    ],
)
async def test_an_address_for_which_a_setting_is_missing(
    provider: str, to: dict[str, Any], missing: str, tmp_path: Path
) -> None:
    failed = await sent_without_endpoint(provider, to, tmp_path)
    assert failed.failure is Failure.PERMANENT
    assert missing in failed.reason


async def test_a_token_that_is_none(tmp_path: Path) -> None:
    failed = await sent_without_endpoint("slack", {"channel_id": "C1", "access_token": "xoxb-\u00fc"}, tmp_path)
    assert failed.failure is Failure.BOUNCED


@pytest.mark.parametrize("provider", ["slack", "discord", "ms_teams"])
async def test_a_webhook_that_is_no_url(provider: str, tmp_path: Path) -> None:
    to = {"incoming_webhook": {"url": "https://[x"}}
    failed = await sent_without_endpoint(provider, to, tmp_path, endpoint="http://127.0.0.1:1")
    assert failed.failure is Failure.PERMANENT


async def test_a_bots_token_goes_to_teams_only(tmp_path: Path) -> None:
    to = {"tenant_id": "t", "user_id": "u", "service_url": "https://smba.trafficmanager.net.evil.example/"}
    failed = await sent_without_endpoint("ms_teams", to, tmp_path, app_id="a", app_password="p")
    assert failed.failure is Failure.PERMANENT
    assert "service_url" in failed.reason


def long(length: int) -> str:
    return "x" * length


@pytest.mark.parametrize(
    ("case", "field", "limit"),
    [
        (slack.BY_BOT, "text", 40_000),
        (slack.TO_WEBHOOK, "text", 40_000),
        (discord.TO_WEBHOOK, "content", 2_000),
        (telegram.CASES[0], "text", 4_096),
        (ms_teams.TO_PERSON, "text", 6_000),
    ],
    ids=lambda value: getattr(value, "id", None),
)
async def test_a_long_text_is_cut(case: Any, field: str, limit: int, tmp_path: Path) -> None:
    for text, shown in ((long(limit), long(limit)), (long(limit + 1), f"{long(limit - 1)}…")):
        message = replace(case.message, text=text, blocks=(), embeds=(), overrides={})
        async with open_case(replace(case, message=message), tmp_path) as opened:
            assert isinstance(await opened.send(case.accepted), Sent)
            assert opened.server.received[-1].json[field] == shown


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def fields(*texts: str) -> dict[str, Any]:
    return {"type": "section", "fields": [{"type": "plain_text", "text": text} for text in texts]}


@pytest.mark.parametrize(
    ("case", "parts", "taken"),
    [
        (slack.BY_BOT, {"blocks": [{"type": "divider"}] * 50}, True),
        (slack.BY_BOT, {"blocks": [{"type": "divider"}] * 51}, False),
        (slack.BY_BOT, {"blocks": [section(long(3_000))]}, True),
        (slack.TO_WEBHOOK, {"blocks": [section(long(3_001))]}, False),
        (slack.BY_BOT, {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": long(151)}}]}, False),
        (slack.BY_BOT, {"blocks": [{"type": "markdown", "text": long(12_001)}]}, False),
        (slack.BY_BOT, {"blocks": [fields(long(2_000))]}, True),
        (slack.BY_BOT, {"blocks": [fields(long(2_001))]}, False),
        (slack.BY_BOT, {"blocks": [fields(*"12345678901")]}, False),
        (discord.BY_BOT, {"embeds": [{"title": "x"}] * 10}, True),
        (discord.BY_BOT, {"embeds": [{"title": "x"}] * 11}, False),
        (discord.TO_WEBHOOK, {"embeds": [{"description": long(4_000)}, {"description": long(2_000)}]}, True),
        (discord.TO_WEBHOOK, {"embeds": [{"description": long(4_000)}, {"footer": {"text": long(2_001)}}]}, False),
        (ms_teams.TO_WEBHOOK, {"card": {"type": "AdaptiveCard", "speak": long(27_000)}}, True),
        (ms_teams.TO_WEBHOOK, {"card": {"type": "AdaptiveCard", "speak": long(28_000)}}, False),
        (ms_teams.TO_CHANNEL, {"card": {"type": "AdaptiveCard", "speak": long(28_000)}}, False),
    ],
)
async def test_what_a_cut_would_break_is_refused(case: Any, parts: Any, taken: bool, tmp_path: Path) -> None:
    async with open_case(replace(case, message=replace(case.message, **parts)), tmp_path) as opened:
        result = await opened.send(case.accepted)
        if taken:
            assert isinstance(result, Sent)
        else:
            assert isinstance(result, Failed)
            assert (result.failure, result.call) == (Failure.PERMANENT, None)
            assert "at most" in result.reason
            assert opened.server.received == []


async def test_slack_is_asked_once_in_a_while_who_has_an_email_address(tmp_path: Path) -> None:
    clock = MovedClock()
    async with provider_server() as server, sender_context(tmp_path) as context:
        slack.with_ada(server)
        server.answer = lambda request: POSTED
        async with sender_of("slack", replace(context, clock=clock), endpoint=server.url) as sender:
            for _ in range(2):
                assert isinstance(await sender.send(slack.BY_EMAIL.message), Sent)
                assert len(server.preludes) == 1
            clock.move(timedelta(minutes=10))
            assert isinstance(await sender.send(slack.BY_EMAIL.message), Sent)
            assert len(server.preludes) == 2


async def test_nobody_has_the_email_address(tmp_path: Path) -> None:
    async with open_case(slack.BY_EMAIL, tmp_path) as opened:
        opened.server.prelude = {"/api/users.lookupByEmail": lambda request: slack.error("users_not_found")}
        failed = await opened.failure(POSTED)
        assert (failed.failure, failed.reason) == (Failure.BOUNCED, "slack 200 users_not_found")
        assert opened.server.received == []


async def test_the_bot_joins_a_public_channel_that_it_is_outside_of(tmp_path: Path) -> None:
    joined = []

    def join(request: ReceivedRequest) -> Reply:
        assert request.json == {"channel": "C123ABC456"}
        joined.append(request)
        return Reply(200, {"ok": True, "channel": {"id": "C123ABC456"}})

    async with open_case(slack.BY_BOT, tmp_path) as opened:
        opened.server.prelude = {"/api/conversations.join": join}
        opened.server.answer = lambda request: POSTED if joined else slack.error("not_in_channel")
        assert isinstance(await opened.sender.send(slack.MESSAGE), Sent)
        assert len(opened.server.received) == 2


async def test_a_group_that_became_another_chat_gets_the_message_there(tmp_path: Path) -> None:
    def answer(request: ReceivedRequest) -> Reply:
        if request.json["chat_id"] == "-1001234567890":
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            return telegram.error(400, words, migrate_to_chat_id=-100999)
        return Reply(200, {"ok": True, "result": {"message_id": 8}})

    async with open_case(telegram.CASES[0], tmp_path) as opened:
        opened.server.answer = answer
        result = await opened.sender.send(telegram.MESSAGE)
        assert isinstance(result, Sent)
        assert result.provider_id == "-100999:8"


@pytest.mark.parametrize(
    ("case", "reply", "seconds"),
    [
        (discord.BY_BOT, discord.LIMITED[0], 64.57),
        (telegram.CASES[0], telegram.error(429, "Too Many Requests: retry after 14", retry_after=14), 14),
    ],
)
async def test_the_pause_stands_in_the_body(case: Any, reply: Reply, seconds: float, tmp_path: Path) -> None:
    async with open_case(case, tmp_path) as opened:
        assert (await opened.failure(reply)).retry_after == timedelta(seconds=seconds)


async def test_a_bots_token_is_used_until_it_expires_or_is_refused(tmp_path: Path) -> None:
    clock = MovedClock()

    async def tokens_after(opened: OpenCase, reply: Reply) -> int:
        await opened.send(reply)
        return sum(request.path.endswith("/token") for request in opened.server.preludes)

    accepted = ms_teams.TO_CHANNEL.accepted
    async with (
        open_case(ms_teams.TO_CHANNEL, tmp_path) as opened,
        sender_context(tmp_path) as context,
        sender_of("ms_teams", replace(context, clock=clock), **opened.settings) as opened.sender,
    ):
        assert [await tokens_after(opened, accepted) for _ in range(2)] == [1, 1]
        clock.move(timedelta(days=1))
        assert await tokens_after(opened, accepted) == 2
        assert await tokens_after(opened, Reply(401)) == 2
        assert await tokens_after(opened, accepted) == 3


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (
            Reply(401, {"error": "invalid_client", "error_description": "AADSTS7000215: wrong secret"}),
            Failure.CREDENTIALS,
        ),
        (Reply(400, {"error": "invalid_request", "error_description": "AADSTS90002: no tenant"}), Failure.CREDENTIALS),
        (Reply(503), Failure.UNAVAILABLE),
        (Reply(429), Failure.RATE_LIMITED),
    ],
)
async def test_a_bot_without_a_token_sends_nothing(reply: Reply, failure: Failure, tmp_path: Path) -> None:
    async with open_case(ms_teams.TO_CHANNEL, tmp_path) as opened:
        path = f"/{ms_teams.TENANT}/oauth2/v2.0/token"
        opened.server.prelude = {path: lambda request: reply}
        failed = await opened.failure(ms_teams.TO_CHANNEL.accepted)
        assert failed.failure is failure
        assert failed.call is not None
        assert failed.call.path == path
        assert opened.server.received == []


async def test_a_conversation_without_an_id_is_opened_again_later(tmp_path: Path) -> None:
    async with open_case(ms_teams.TO_PERSON, tmp_path) as opened:
        opened.server.prelude = {**opened.server.prelude, "/teams/v3/conversations": lambda request: Reply(201, {})}
        assert (await opened.failure(ms_teams.TO_PERSON.accepted)).failure is Failure.TEMPORARY
        assert opened.server.received == []


async def test_somebody_with_whom_the_bot_has_no_conversation(tmp_path: Path) -> None:
    async with open_case(ms_teams.TO_PERSON, tmp_path) as opened:
        blocked = ms_teams.error(403, "BotNotInConversationRoster", "The bot is not installed for the user.")
        opened.server.prelude = {**opened.server.prelude, "/teams/v3/conversations": lambda request: blocked}
        assert (await opened.failure(ms_teams.TO_PERSON.accepted)).failure is Failure.BOUNCED
        assert opened.server.received == []


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({}, []),
        ({"app_id": "a", "app_password": "p", "tenant_id": "example.onmicrosoft.com"}, []),
        ({"app_id": "a"}, ["app_id"]),
        ({"tenant_id": "../evil"}, ["tenant_id"]),
        ({"endpoint": "example.com"}, ["endpoint"]),
    ],
)
def test_settings_of_teams(settings: dict[str, str], fields: list[str]) -> None:
    assert [name for name, _ in PROVIDERS[ChannelType.CHAT, "ms_teams"].problems(settings)] == fields


def test_kept_values_are_limited_in_number() -> None:
    now = MovedClock().now()
    kept: Kept[str, int] = Kept(2)
    for number, name in enumerate("abc"):
        kept.put(name, number, now + timedelta(seconds=1))
    assert [kept.get(name, now) for name in "abc"] == [None, 1, 2]
    assert kept.get("c", now + timedelta(seconds=1)) is None
