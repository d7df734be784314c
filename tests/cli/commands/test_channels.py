"""`addressee channels`."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from addressee.database.installation import Installation
from addressee.database.opening import open_database
from addressee.database.sealing import Sealer
from addressee.messaging.feedback.callbacks import callback_path
from tests.channels.provider_server import Reply, provider_server
from tests.messaging.office import IN_APP, OUTBOX, write_files
from tests.support.command import addressee

pytestmark = pytest.mark.usefixtures("database_url")

POSTMARK = "type: email\nprovider: postmark\nsettings: {from: hello@example.com, api_key: token}"


async def test_channels_are_listed_with_what_their_providers_call(tmp_path: Path) -> None:
    definitions = {
        "channels/email.yaml": POSTMARK,
        "channels/feed.yaml": IN_APP,
        "channels/mail.yaml": f"{OUTBOX}\nfailover: [email]",
    }
    files = write_files(tmp_path / "files", definitions)
    data = tmp_path / "data"
    named = ("--environment", "development", "--data-dir", data)
    assert (await addressee("push", files, *named)).code == 0
    public = {"ADDRESSEE_PUBLIC_URL": "https://addressee.example.com/"}
    listed = await addressee("channels", "list", "--json", *named, **public)
    email, feed, mail = [json.loads(each) for each in listed.output.splitlines()]
    assert (email["key"], email["type"], email["provider"]) == ("email", "email", "postmark")
    assert email["callback_url"].startswith(f"https://addressee.example.com/providers/{email['id']}/")
    assert (feed["key"], feed["type"], feed["callback_url"]) == ("feed", "in_app_feed", None)
    lines = (await addressee("channels", "list", *named)).output.splitlines()
    path = email["callback_url"].removeprefix("https://addressee.example.com")
    assert [each.split() for each in lines] == [
        ["email", "email", "postmark", email["id"], path],
        ["feed", "in_app_feed", "feed", feed["id"], "-"],
        ["mail", "email", "outbox", mail["id"], "-", "failover:", "email"],
    ]
    assert (email["failover"], mail["failover"]) == ([], ["email"])
    assert (email["paused_for"], feed["paused_for"]) == (None, None)
    sealer = Sealer(Installation(data, None).master_key())
    paths = {callback_path(sealer, number, UUID(email["id"])) for number in range(1, 10)}
    assert path in paths


async def test_an_environment_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = await addressee("channels", "list", "--environment", "moon", "--data-dir", tmp_path)
    assert missing.code == 1
    assert "moon" in missing.errors


async def test_a_channel_is_tried_and_the_provider_has_its_say(tmp_path: Path) -> None:
    async with provider_server() as server:
        channel = POSTMARK.replace("}", f", endpoint: '{server.url}'}}")
        slack = f"type: chat\nprovider: slack\nsettings: {{bot_token: xoxb-1, endpoint: '{server.url}'}}"
        files = write_files(tmp_path / "files", {"channels/email.yaml": channel, "channels/slack.yaml": slack})
        named = ("--environment", "development", "--data-dir", tmp_path / "data")
        assert (await addressee("push", files, *named)).code == 0
        server.answer = lambda request: Reply(200, {"ErrorCode": 0, "MessageID": "m-1"})
        sent = await addressee("channels", "test", "email", "--to", "ada@example.org", "--body", "Hello", *named)
        assert (sent.code, sent.errors) == (0, "")
        assert sent.output.splitlines() == [
            "to        ada@example.org",
            f"request   POST {server.url.removeprefix('http://')}/email",
            'answer    200 {"ErrorCode": 0, "MessageID": "m-1"}',
            "verdict   sent; the provider calls it m-1",
        ]
        assert (server.received[0].json["To"], server.received[0].json["TextBody"]) == ("ada@example.org", "Hello")
        server.answer = lambda request: Reply(401, {"ErrorCode": 10, "Message": "Wrong"})
        refused = await addressee("channels", "test", "email", "--to", "ada@example.org", *named)
        assert refused.code == 1
        verdict = "the credentials are refused; check the channel's secrets and push it again (postmark 401 10 Wrong)"
        assert refused.output.splitlines()[-1] == f"verdict   {verdict}"
        server.answer = lambda request: Reply(200, {"ok": True, "channel": "C1", "ts": "1.2"})
        chat = await addressee("channels", "test", "slack", "--to", '{"channel_id": "C1"}', *named)
        assert (chat.code, chat.errors) == (0, "")
        assert server.received[-1].json["channel"] == "C1"


async def test_a_channel_is_tried_with_what_channel_data_say(tmp_path: Path) -> None:
    async with provider_server() as server:
        server.answer = lambda request: Reply(200, {"id": "1"})
        channel = "type: chat\nprovider: apprise\nsettings: {services: [ntfy], allow_private_hosts: true}"
        files = write_files(tmp_path / "files", {"channels/ntfy.yaml": channel})
        named = ("--environment", "development", "--data-dir", tmp_path / "data")
        assert (await addressee("push", files, *named)).code == 0
        url = f"ntfy://user:pass-word@{server.url.removeprefix('http://')}/topic-7"
        tried = await addressee("channels", "test", "ntfy", "--to", json.dumps({"urls": [url]}), *named)
        assert (tried.code, tried.errors) == (0, "")
        assert tried.output.splitlines() == [
            "to        url:********ic-7",
            "request   POST ntfy/",
            "answer    200 taken",
            "verdict   sent",
        ]
        assert len(server.received) == 1


async def test_what_cannot_be_tried_is_said(tmp_path: Path, database_url: str) -> None:
    files = write_files(tmp_path / "files", {"channels/email.yaml": POSTMARK, "channels/feed.yaml": IN_APP})
    named = ("--environment", "development", "--data-dir", tmp_path / "data")
    assert (await addressee("push", files, *named)).code == 0
    for arguments, words in (
        (("feed", "--to", "x"), "no channel 'feed' that sends"),
        (("email",), "say --to ADDRESS"),
        (("email", "--user", "nobody"), "no user 'nobody'"),
        (("email", "--to", "{"), "This is no JSON object"),
    ):
        tried = await addressee("channels", "test", *arguments, *named)
        assert tried.code == 1
        assert words in tried.errors
        assert "Traceback" not in tried.errors
    async with open_database(Installation(tmp_path / "data", database_url)) as pool:
        await pool.execute("UPDATE addressee.channels SET sealed_secrets = 'of another key' WHERE key = 'email'")
    tried = await addressee("channels", "test", "email", "--to", "ada@example.org", *named)
    assert tried.code == 1
    assert "The channel 'email' cannot be opened. Its settings or secrets cannot be used" in tried.errors
    assert "Traceback" not in tried.errors


async def test_a_channel_that_pauses_is_listed_with_the_reason(tmp_path: Path, database_url: str) -> None:
    files = write_files(tmp_path / "files", {"channels/email.yaml": POSTMARK})
    data = tmp_path / "data"
    named = ("--environment", "development", "--data-dir", data)
    assert (await addressee("push", files, *named)).code == 0
    async with open_database(Installation(data, database_url)) as pool, pool.acquire() as connection:
        await connection.execute(
            """
            INSERT INTO addressee.channel_states (environment_id, channel_id, paused_for, paused_at, paused_until)
            SELECT environment_id, id, 'credentials', now(), now() + interval '1 hour' FROM addressee.channels
            WHERE key = 'email'
            """
        )
    (listed,) = [
        line for line in (await addressee("channels", "list", *named)).output.splitlines() if "postmark" in line
    ]
    assert listed.endswith("  paused: credentials")
