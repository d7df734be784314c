"""`addressee suppressions`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Finished, addressee

pytestmark = pytest.mark.usefixtures("database_url")


async def suppressions(folder: Path, command: str, *arguments: str) -> Finished:
    named = ("--environment", "development", "--data-dir", folder)
    return await addressee("suppressions", command, *arguments, *named)


async def test_addresses_are_added_listed_and_lifted(tmp_path: Path) -> None:
    added = await suppressions(
        tmp_path, "add", "--kind", "sms", "--details", "by letter", "+49 170 1234567", "+491701234568"
    )
    assert added.output == "Suppressed +491701234567, +491701234568.\n"
    await suppressions(tmp_path, "add", "--kind", "email", "Ada@Example.org")

    listed = await suppressions(tmp_path, "list", "--json")
    entries = [json.loads(each) for each in listed.output.splitlines()]
    assert [(each["kind"], each["address"], each["reason"], each["details"]) for each in entries] == [
        ("email", "ada@example.org", "manual", None),
        ("sms", "+491701234567", "manual", "by letter"),
        ("sms", "+491701234568", "manual", "by letter"),
    ]
    one = await suppressions(tmp_path, "list", "--address", "+491701234568")
    assert one.output.split()[:3] == ["sms", "+491701234568", "manual"]
    assert (await suppressions(tmp_path, "list", "--reason", "bounced")).output == ""

    lifted = await suppressions(tmp_path, "lift", "--kind", "email", "ada@example.org")
    assert lifted.output == "Lifted ada@example.org, which was manual.\n"
    again = await suppressions(tmp_path, "lift", "--kind", "email", "ada@example.org")
    assert (again.code, again.errors) == (
        1,
        "addressee: ada@example.org: This address is not suppressed in this environment.\n",
    )


async def test_mistakes_are_named_in_one_line(tmp_path: Path) -> None:
    refused = await suppressions(tmp_path, "add", "--kind", "email", "ada@example.org", "bob")
    assert refused.code == 1
    assert refused.errors.startswith("addressee: bob: address must be an e-mail address")
    assert (await suppressions(tmp_path, "list")).output == ""
    for command in (("lift", "--kind", "email", "\udcff"), ("list", "--address", "\udcff")):
        unreadable = await suppressions(tmp_path, *command)
        assert (unreadable.code, unreadable.errors) == (
            1,
            "addressee: \\udcff: address contains half of a surrogate pair, which is not a character.\n",
        )
    missing = await addressee("suppressions", "list", "--environment", "moon", "--data-dir", tmp_path)
    assert missing.code == 1
    assert "moon" in missing.errors
