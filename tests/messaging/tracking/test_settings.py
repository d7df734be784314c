"""Tracking in files: settings of channels, what steps say, and what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.workflows.configuration import Configuration, ConfigurationError, read_configuration
from tests.messaging.office import OUTBOX, write_files

STEP = "steps:\n- ref: mail\n  channel: email\n  template: {{subject: Hello, text: Hello{template}}}\n{rest}"
PUBLIC = {"ADDRESSEE_PUBLIC_URL": "https://addressee.example.com"}


def read(folder: Path, settings: str = "", step: str = "", **environment: str) -> Configuration:
    files = {
        "channels/email.yaml": f"{OUTBOX}\n{settings}",
        "workflows/mail.yaml": step or STEP.format(template="", rest=""),
    }
    return read_configuration(write_files(folder, files), environment)


def problems(folder: Path, **given: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        read(folder, **given)
    return [str(problem) for problem in refused.value.problems]


def template_of(configuration: Configuration) -> EmailTemplate:
    (step,) = configuration.workflows[0].workflow.steps
    assert isinstance(step, ChannelStep)
    assert isinstance(step.template, EmailTemplate)
    return step.template


@pytest.mark.parametrize("setting", ["open_tracking", "link_tracking"])
def test_a_channel_that_tracks_needs_a_url(tmp_path: Path, setting: str) -> None:
    found = read(tmp_path, f"  {setting}: true")
    assert [str(warning) for warning in found.warnings] == [
        "channels/email.yaml:5: nothing is tracked without ADDRESSEE_PUBLIC_URL or the setting 'tracking_url'"
    ]
    assert found.channels[0].settings[setting] is True


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ("  open_tracking: false", {}),
        ("  open_tracking: true", PUBLIC),
        ("  open_tracking: true\n  tracking_url: https://click.example.com", {}),
        ("  tracking_url: https://click.example.com/below/", {}),
        ("  tracking_url: ${URL}", {"URL": "http://click.example.com:8080"}),
    ],
)
def test_others_lack_nothing(tmp_path: Path, settings: str, environment: dict[str, str]) -> None:
    assert read(tmp_path, settings, **environment).warnings == []


@pytest.mark.parametrize(
    "url",
    ["click.example.com", "ftp://example.com", "https://", "https://a/?b", "https://a/#b", "https://ä", "https://a b"],
)
def test_a_url_is_one(tmp_path: Path, url: str) -> None:
    assert problems(tmp_path, settings=f"  tracking_url: '{url}'") == [
        "channels/email.yaml:5: this must be a URL like https://click.example.com"
    ]


def test_a_step_says_so_by_knocks_name_or_in_its_template(tmp_path: Path) -> None:
    overrides = "  channel_overrides: {open_tracking: true, link_tracking: false}"
    said = template_of(read(tmp_path / "overrides", step=STEP.format(template="", rest=overrides)))
    assert (said.open_tracking, said.link_tracking) == (True, False)
    said = template_of(read(tmp_path / "template", step=STEP.format(template=", link_tracking: true", rest="")))
    assert (said.open_tracking, said.link_tracking) == (None, True)
    assert template_of(read(tmp_path / "neither")).open_tracking is None


def test_it_says_so_once_and_by_true_or_false(tmp_path: Path) -> None:
    both = STEP.format(template=", link_tracking: true", rest="  channel_overrides: {link_tracking: false}")
    assert problems(tmp_path / "both", step=both) == [
        "workflows/mail.yaml:5: the template has 'link_tracking' too; keep one of them"
    ]
    text = STEP.format(template="", rest="  channel_overrides: {link_tracking: sometimes}")
    assert problems(tmp_path / "text", step=text) == ["workflows/mail.yaml:5: this must be true or false or nothing"]


def test_other_types_of_channel_do_not_track(tmp_path: Path) -> None:
    files = {"channels/sms.yaml": "type: sms\nprovider: twilio\nsettings:\n  link_tracking: true"}
    with pytest.raises(ConfigurationError, match="there is no 'link_tracking' here"):
        read_configuration(write_files(tmp_path, files), PUBLIC)
