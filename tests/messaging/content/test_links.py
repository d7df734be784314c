"""Links in templates: made where a template names them, for the recipient who reads it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from addressee.database.pool import Pool
from addressee.directory.access.link_tokens import Link, LinkKey, Purpose
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.preview.model import PreviewedMessage
from addressee.messaging.preview.printing import fields_of
from addressee.messaging.preview.simulations import Simulation
from addressee.messaging.recipients.identity import Profile
from addressee.messaging.triggers.transients import Transient
from tests.conftest import Environment
from tests.messaging.office import IN_APP, OUTBOX, Office
from tests.support.clock import MovedClock

PUBLIC = "https://addressee.example.com"

MAIL = """
steps:
  - ref: mail
    channel: email
    template: {subject: News, text: "%s"}
"""
YEAR = timedelta(days=365)


@pytest.fixture
def office(pool: Pool, environment: Environment, clock: MovedClock, tmp_path: Path) -> Office:
    return Office(pool, environment.id, tmp_path, clock, public_url=PUBLIC)


async def push(office: Office, template: str, head: str = "") -> None:
    await office.push({"channels/email.yaml": OUTBOX, "workflows/news.yaml": f"{head}{MAIL % template}"})
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.org")


async def texts(office: Office) -> dict[str, str]:
    """Returns what the e-mails of each recipient say."""
    rows = await office.pool.fetch(
        "SELECT recipient_id, content FROM addressee.messages WHERE environment_id = $1 ORDER BY inserted_at, id",
        office.environment_id,
    )
    return {row["recipient_id"]: json.loads(row["content"])["text"] for row in rows}


async def said(office: Office, template: str, head: str = "", **trigger: Any) -> str:
    """Returns what a template says to Ada."""
    await push(office, template, head)
    await office.trigger("ada", workflow="news", **trigger)
    await office.work()
    return (await texts(office))["ada"]


async def opened(office: Office, url: str, purpose: Purpose) -> tuple[str, Link]:
    """Returns whose page a URL opens, and its link."""
    base, _, token = url.rpartition("/")
    assert base == f"{PUBLIC}/pages/{purpose.segment}"
    found = await office.directory.links.open(token, purpose)
    return found.recipient.place.id, found.link


@pytest.mark.parametrize("purpose", Purpose)
async def test_each_recipient_has_a_link_of_their_own(office: Office, purpose: Purpose) -> None:
    await push(office, f"{{{{ links.{purpose.segment} }}}}")
    await office.trigger("ada", "bob", workflow="news")
    await office.work()
    for id, url in (await texts(office)).items():
        whom, link = await opened(office, url, purpose)
        assert (whom, link.tenant) == (id, None)


async def test_links_of_messages_last_for_a_year(office: Office) -> None:
    made_at = office.clock.now()
    _, link = await opened(office, await said(office, "{{ links.inbox }}"), Purpose.INBOX)
    assert link.expires_at is not None
    assert timedelta() <= link.expires_at - made_at - YEAR <= timedelta(seconds=1)


async def test_the_tenant_of_a_run_is_that_of_its_links(office: Office) -> None:
    await office.directory.write(Write(Place(office.environment_id, TENANTS, "acme"), (Identify({"name": "Acme"}),)))
    _, link = await opened(office, await said(office, "{{ links.inbox }}", tenant="acme"), Purpose.INBOX)
    assert link.tenant == "acme"


@pytest.mark.parametrize(
    ("head", "category"),
    [("", None), ("categories: [weekly]", "weekly"), ("categories: [weekly, marketing]", None)],
)
async def test_a_link_to_unsubscribe_says_what_from(office: Office, head: str, category: str | None) -> None:
    url = await said(office, "{{ links.unsubscribe }}", head)
    _, link = await opened(office, url, Purpose.UNSUBSCRIBE)
    assert (link.category, link.workflow) == (category, "news")


async def test_data_of_this_name_hide_links(office: Office) -> None:
    text = await said(office, "{% for link in links %}{{ link }} {% endfor %}", data={"links": ["a", "b"]})
    assert text == "a b "


async def test_a_name_that_no_link_has_fails_the_message(office: Office) -> None:
    await said(office, "{{ links.preference }}")
    (failed,) = [entry for entry in await office.journal("ada") if entry.get("status") == "error"]
    assert failed["data"] == {"reason": "template: line 1: there is no link 'preference'; did you mean 'preferences'?"}


async def test_without_a_public_url_a_message_with_a_link_fails(office: Office) -> None:
    without = Office(office.pool, office.environment_id, office.folder, office.clock)
    await said(without, "{{ links.inbox }}")
    (failed,) = [entry for entry in await without.journal("ada") if entry.get("status") == "error"]
    assert failed["data"] == {"reason": "template: line 1: links need the setting ADDRESSEE_PUBLIC_URL of the service"}


async def test_a_template_without_links_signs_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LinkKey, "mac", lambda *_: pytest.fail("signed"))
    head = "override_preferences: true"  # so that no header has a link either
    assert await said(office, "Hello {{ recipient.name }}", head) == "Hello Ada"
    assert len(office.emails()) == 1


async def test_whom_only_a_trigger_describes_has_no_pages(office: Office) -> None:
    await push(office, "[{{ links.preferences }}]{% if links %}yes{% endif %}")
    people = [Transient(Profile({"email": "zoe@example.org"}))]
    await office.trigger(workflow="news", transients=people)
    await office.work()
    assert list((await texts(office)).values()) == ["[]"]


async def test_links_print_as_an_object(office: Office) -> None:
    assert list(json.loads(await said(office, "{{ links }}"))) == ["preferences", "inbox", "unsubscribe"]


async def test_an_item_of_a_feed_may_lead_to_a_page(office: Office) -> None:
    step = 'steps: [{ref: feed, channel: in-app, template: {body: Hi, action_url: "{{ links.inbox }}"}}]'
    await office.push({"channels/in-app.yaml": IN_APP, "workflows/news.yaml": step})
    await office.identify("ada")
    await office.trigger("ada", workflow="news")
    await office.work()
    (item,) = (await office.feed("ada")).items.entries
    whom, _ = await opened(office, item.blocks[1].rendered, Purpose.INBOX)
    assert whom == "ada"


async def test_whoever_deletes_an_actor_leaves_the_links_of_others_whole(office: Office) -> None:
    await push(office, "{{ actor.name }}: {{ links.inbox }}")
    await office.trigger("ada", workflow="news", actor=office.user("bob"))
    await office.work()
    await office.messaging.lifecycle.purge(office.directory, office.user("bob"))
    name, _, url = (await texts(office))["ada"].partition(": ")
    assert name != "Bob"
    assert (await opened(office, url, Purpose.INBOX))[0] == "ada"


async def test_a_simulation_shows_a_sample(office: Office) -> None:
    await push(office, "{{ links.preferences }}")
    simulated = await office.messaging.simulations.simulate(Simulation(office.user("ada"), "news"))
    (message,) = [each for each in simulated.happened if isinstance(each, PreviewedMessage)]
    assert message.content is not None
    assert fields_of(message.content)["text"] == "https://addressee.example.com/pages/preferences/sample"
