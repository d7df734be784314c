"""`addressee environments`."""

import base64
import json
from pathlib import Path

import pytest

from addressee.cli.commands.environments import parse
from addressee.cli.errors import CommandError
from tests.support.command import addressee

pytestmark = pytest.mark.usefixtures("database_url")


async def test_a_setting_is_changed_and_shown(tmp_path: Path) -> None:
    changed = await addressee("environments", "set", "staging", "property_merge=deep", "--data-dir", tmp_path)
    assert json.loads(changed.output)["property_merge"] == "deep"
    shown = await addressee("environments", "show", "--data-dir", tmp_path)
    merges = {line["environment"]: line["property_merge"] for line in map(json.loads, shown.output.splitlines())}
    assert merges == {"development": "shallow", "staging": "deep", "production": "shallow"}


def test_a_value_is_json_or_text() -> None:
    assert parse("enhanced_security=true") == ("enhanced_security", True)
    assert parse("property_merge=deep") == ("property_merge", "deep")
    assert parse('user_shape="flat"') == ("user_shape", "flat")


def test_a_setting_without_a_value_is_refused() -> None:
    with pytest.raises(CommandError, match="A setting is given as NAME=VALUE, not 'property_merge'"):
        parse("property_merge")


async def test_a_new_link_key_is_made_for_an_environment_that_there_is(tmp_path: Path) -> None:
    made = await addressee("environments", "new-link-key", "staging", "--data-dir", tmp_path)
    assert (made.code, made.output) == (0, "All links of staging that were made until now have ended.\n")
    missing = await addressee("environments", "new-link-key", "prod", "--data-dir", tmp_path)
    assert missing.code == 1
    assert "There is no environment 'prod'; there are development, staging, production." in missing.errors


async def test_a_signing_key_is_printed_as_pem_or_in_one_line(tmp_path: Path) -> None:
    command = ("environments", "new-signing-key", "staging", "--data-dir", tmp_path)
    pem = (await addressee(*command)).output
    assert pem.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert pem.endswith("\n-----END PRIVATE KEY-----\n")
    line = (await addressee(*command, "--algorithm", "ES256", "--base64")).output
    decoded = base64.b64decode(line.removesuffix("\n"), validate=True).decode()
    assert decoded.startswith("-----BEGIN PRIVATE KEY-----\n")
    shown = (await addressee("environments", "show", "--data-dir", tmp_path)).output
    [settings] = [line for line in map(json.loads, shown.splitlines()) if line["environment"] == "staging"]
    assert "BEGIN PUBLIC KEY" in settings["signing_key"]
    assert "BEGIN PUBLIC KEY" in settings["es256_signing_key"]
