"""`addressee environments`."""

import json
from pathlib import Path

from tests.support.command import addressee


async def test_a_setting_is_changed_and_shown(tmp_path: Path) -> None:
    changed = await addressee("environments", "set", "staging", "property_merge=deep", "--data-dir", tmp_path)
    assert json.loads(changed.output)["property_merge"] == "deep"
    shown = await addressee("environments", "show", "--data-dir", tmp_path)
    merges = {line["environment"]: line["property_merge"] for line in map(json.loads, shown.output.splitlines())}
    assert merges == {"development": "shallow", "staging": "deep", "production": "shallow"}


async def test_a_setting_without_a_value_is_refused(tmp_path: Path) -> None:
    refused = await addressee("environments", "set", "staging", "property_merge", "--data-dir", tmp_path)
    assert refused == (1, "", "addressee: A setting is given as NAME=VALUE, not 'property_merge'.\n")
