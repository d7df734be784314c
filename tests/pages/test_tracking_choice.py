"""The choice about tracking on the preference page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.conftest import Environment
from tests.messaging.office import OUTBOX, write_files
from tests.pages.conftest import MakeLink
from tests.pages.test_preference_page import ReadPreferences, boxes, preference_form
from tests.support.browsing import load, submit
from tests.support.html import parse

pytestmark = pytest.mark.usefixtures("pushed")


@pytest.fixture
async def tracks(pool: Pool, installation: Installation, environment: Environment, tmp_path: Path) -> None:
    """Has the channel of e-mails track, which asks for agreement."""
    files = {
        "channels/email.yaml": f"{OUTBOX}\n  link_tracking: true\n  tracking_url: https://click.example.com",
        "preferences.yaml": "tracking: false",
    }
    configuration = read_configuration(write_files(tmp_path / "more", files), {})
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))


async def test_where_nothing_is_tracked_nobody_is_asked(browser: httpx.AsyncClient, link: MakeLink) -> None:
    assert "tracking//" not in boxes(await load(browser, await link()))


async def test_a_person_agrees_and_refuses_again(
    browser: httpx.AsyncClient, link: MakeLink, tracks: None, preferences: ReadPreferences
) -> None:
    page = await load(browser, await link())
    assert boxes(page)["tracking//"] == "off"
    assert "The sender may see when I open e-mails and which links I click." in page.text
    page = parse((await submit(browser, preference_form(page), on=("tracking//",))).text)
    assert boxes(page)["tracking//"] == "on"
    assert await preferences() == {"default": {"tracking": True}}
    page = parse((await submit(browser, preference_form(page), off=("tracking//",))).text)
    assert boxes(page)["tracking//"] == "off"
    assert await preferences() == {"default": {"tracking": False}}
