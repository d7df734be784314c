"""`addressee operators`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.command import Finished, addressee

pytestmark = pytest.mark.usefixtures("database_url")

EMAIL = "ada@example.org"


async def operators(folder: Path, command: str, *arguments: str | Path) -> Finished:
    return await addressee("operators", command, *arguments, "--data-dir", folder)


async def test_operators_are_added_listed_and_changed(tmp_path: Path) -> None:
    added = await operators(tmp_path, "add", EMAIL, "--name", "Ada", "--role", "editor", "--environment", "staging")
    said, password = added.output.strip().rsplit(" ", 1)
    assert (said, len(password)) == (f"Added {EMAIL}. The password is", 24)
    await operators(tmp_path, "set-role", EMAIL, "--role", "admin", "--environment", "production")
    (listed,) = map(json.loads, (await operators(tmp_path, "list", "--json")).output.splitlines())
    assert (listed["email"], listed["name"], listed["disabled_at"]) == (EMAIL, "Ada", None)
    assert listed["roles"] == {"staging": "editor", "production": "admin"}

    (tmp_path / "password").write_text("correct horse battery\n")
    changed = await operators(tmp_path, "set-password", EMAIL, "--password-file", tmp_path / "password")
    assert changed.output == f"{EMAIL} has a new password, and is signed out everywhere.\n"
    assert (await operators(tmp_path, "drop-one-time-passwords", EMAIL)).output == (
        f"{EMAIL} signs in by password alone.\n"
    )

    assert (await operators(tmp_path, "disable", EMAIL)).code == 0
    assert (await operators(tmp_path, "list")).output.split() == [EMAIL, "Ada", "disabled"]
    assert (await operators(tmp_path, "enable", EMAIL)).output == f"{EMAIL} may sign in again.\n"
    assert (await operators(tmp_path, "list")).output.split() == [
        EMAIL,
        "Ada",
        "staging",
        "editor,",
        "production",
        "admin",
    ]


async def test_an_invitation_is_a_path_or_a_url(tmp_path: Path) -> None:
    arguments = ("operators", "invite", EMAIL, "--name", "Ada", "--role", "viewer", "--data-dir", tmp_path)
    invited = await addressee(*arguments)
    assert re.fullmatch(r"/dashboard/invitations/[\w-]{43}\n", invited.output)
    invited = await addressee(*arguments, ADDRESSEE_PUBLIC_URL="https://addressee.example.com/")
    assert re.fullmatch(r"https://addressee\.example\.com/dashboard/invitations/[\w-]{43}\n", invited.output)


async def test_mistakes_are_named_in_one_line(tmp_path: Path) -> None:
    for arguments, message in (
        (("add", "ada", "--name", "Ada", "--role", "admin"), "'ada' is not an e-mail address."),
        (("disable", EMAIL), f"There is no operator '{EMAIL}'; `addressee operators list` shows them."),
        (
            ("add", EMAIL, "--name", "Ada", "--role", "admin", "--environment", "moon"),
            "There is no environment 'moon'; there are development, staging, production.",
        ),
    ):
        refused = await operators(tmp_path, *arguments)
        assert (refused.code, refused.errors) == (1, f"addressee: {message}\n")
