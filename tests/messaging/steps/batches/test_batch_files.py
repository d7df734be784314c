"""Batch and digest steps in files: what each setting may be, and what is said of those that cannot be meant."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from tests.messaging.office import FILES, write_files

SLIDING = {"batch_window": "5m", "batch_window_type": "sliding"}


def problems(folder: Path, type: str, settings: dict[str, Any]) -> str:
    written = msgspec.json.encode({"steps": [{"ref": "collect", "type": type, "settings": settings}]}).decode()
    try:
        read_configuration(write_files(folder, {**FILES, "workflows/collecting.yaml": written}), {})
    except ConfigurationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("type", "settings"),
    [
        ("batch", {"batch_window": {"unit": "minutes", "value": 5}}),
        ("batch", {"batch_window": "P1D"}),
        ("batch", {"batch_until_field_path": "data.at", "batch_window": "-1h"}),
        ("batch", {**SLIDING, "batch_window_extension_limit": "1h"}),
        ("batch", {"batch_window": "5m", "batch_window_extension_limit": "1h"}),
        ("batch", {"batch_window": 60, "batch_key": "{{ data.page.id }}", "workflow_version_mode": "latest"}),
        ("digest", {"schedule": "0 9 * * mon-fri"}),
        ("digest", {"schedule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9"}),
        ("digest", {"schedule_path": "recipient.digest", "min_count": 3, "below_min": "keep", "look_back": "1d"}),
    ],
)
def test_what_can_be_written(tmp_path: Path, type: str, settings: dict[str, Any]) -> None:
    assert problems(tmp_path, type, settings) == ""


@pytest.mark.parametrize(
    ("type", "settings", "said"),
    [
        ("batch", {}, "a batch needs a batch_window, or a batch_until_field_path that names when it closes"),
        ("batch", {"batch_window": "soon"}, "a duration is a text like 10m"),
        ("batch", {"batch_window": 0}, "this is a second at least, and 365 days at most"),
        ("batch", {"batch_window": "400d"}, "this is a second at least, and 365 days at most"),
        ("batch", {"batch_window": "-1h"}, "a duration must not be negative"),
        ("batch", SLIDING, "a sliding window needs a batch_window_extension_limit, by when it closes at the latest"),
        (
            "batch",
            {**SLIDING, "batch_window_extension_limit": "1m"},
            "this is at least as long as the batch_window",
        ),
        (
            "batch",
            {**SLIDING, "batch_until_field_path": "at", "batch_window_extension_limit": "1h"},
            "only a window of a given length slides, not one that closes at a time in the data",
        ),
        ("batch", {"batch_window": "5m", "batch_items_max_limit": 1}, "1 is less than the minimum of 2"),
        ("batch", {"batch_window": "5m", "batch_items_render_limit": 101}, "101 is greater than the maximum of 100"),
        ("batch", {"batch_window": "5m", "batch_key": "{{ data.page"}, "this is not Liquid"),
        ("batch", {"batch_window": "5m", "batch_windows": 1}, "batch_windows"),
        ("digest", {}, "a digest needs a schedule, or a schedule_path that names the recipient's own"),
        ("digest", {"schedule": {"frequency": "often"}}, "the frequency of a rule is one of"),
        ("digest", {"schedule": "0 9 * * *", "look_back": "60d"}, "this is a second at least, and 30 days at most"),
    ],
)
def test_what_cannot_be_meant(tmp_path: Path, type: str, settings: dict[str, Any], said: str) -> None:
    assert said in problems(tmp_path, type, settings)
