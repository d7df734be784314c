"""`addressee channels`."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

from addressee.database.installation import Installation
from addressee.database.sealing import Sealer
from addressee.messaging.delivery.callbacks import callback_path
from tests.messaging.office import IN_APP, write_files
from tests.support.command import addressee

POSTMARK = "type: email\nprovider: postmark\nsettings: {from: hello@example.com, api_key: token}"


async def test_channels_are_listed_with_what_their_providers_call(tmp_path: Path) -> None:
    files = write_files(tmp_path / "files", {"channels/email.yaml": POSTMARK, "channels/feed.yaml": IN_APP})
    data = tmp_path / "data"
    named = ("--environment", "development", "--data-dir", data)
    assert (await addressee("push", files, *named)).code == 0
    public = {"ADDRESSEE_PUBLIC_URL": "https://addressee.example.com/"}
    listed = await addressee("channels", "list", "--json", *named, **public)
    email, feed = [json.loads(each) for each in listed.output.splitlines()]
    assert (email["key"], email["type"], email["provider"]) == ("email", "email", "postmark")
    assert email["callback_url"].startswith(f"https://addressee.example.com/providers/{email['id']}/")
    assert (feed["key"], feed["type"], feed["callback_url"]) == ("feed", "in_app_feed", None)
    lines = (await addressee("channels", "list", *named)).output.splitlines()
    path = email["callback_url"].removeprefix("https://addressee.example.com")
    assert [each.split() for each in lines] == [
        ["email", "email", "postmark", email["id"], path],
        ["feed", "in_app_feed", "feed", feed["id"], "-"],
    ]
    sealer = Sealer(Installation(data, None).master_key())
    paths = {callback_path(sealer, number, UUID(email["id"])) for number in range(1, 10)}
    assert path in paths


async def test_an_environment_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = await addressee("channels", "list", "--environment", "moon", "--data-dir", tmp_path)
    assert missing.code == 1
    assert "moon" in missing.errors
