"""`addressee environments`."""

import json
from pathlib import Path

import pytest

from addressee.cli.environments import parse
from addressee.cli.errors import CommandError
from tests.support.command import addressee


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
