"""Opens and clicks of e-mails that are tracked: from a real mail server to states, waits and conditions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import Connection, Pool
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.writing.writes import Write
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.feedback import engagements as module
from addressee.messaging.feedback.engagements import Engagement, Engagements, RecordEngagements
from addressee.messaging.messages.clicks import MAX_CLICKED_LINKS
from addressee.messaging.messages.model import Message
from tests.channels.mail_server import MailServer, mail_server
from tests.conftest import Environment
from tests.messaging.feedback.tracked import HTML, MAIL, PUBLIC, TRACKED, Reader, arrived, mailed, push
from tests.messaging.office import Office
from tests.support.clock import MovedClock

A, B = "https://example.org/a", "https://example.org/b"


@pytest.fixture
def office(pool: Pool, environment: Environment, clock: MovedClock, tmp_path: Path) -> Office:
    return Office(pool, environment.id, tmp_path, clock, public_url=PUBLIC)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
def reader(office: Office) -> Reader:
    return Reader(office)


async def message_of(office: Office, id: str = "ada") -> Message:
    (message,) = await office.messages(id)
    return message


async def happened(office: Office, message: Message) -> list[tuple[str, Any]]:
    """Returns what happened to a message after it was sent."""
    return [each for each in await office.events(message) if each[0] not in ("created", "queued", "sent")]


async def prefer(office: Office, id: str, **sets: Any) -> None:
    edit = ChangePreferenceSets(lambda own: {**own, **sets})
    await office.directory.write(Write(office.user(id), (edit,)))


async def test_an_email_is_opened_once_and_its_links_are_clicked(
    office: Office, server: MailServer, reader: Reader
) -> None:
    await push(office, server)
    mail = await mailed(office, server)
    (pixel,) = mail.pixels
    assert pixel.startswith(f"{PUBLIC}/t/o/")
    for _ in range(2):
        answer = await reader.visit(pixel)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
        assert answer.content.startswith(b"GIF89a")
        await office.work()
    message = await message_of(office)
    assert message.read_at == message.seen_at is not None
    assert message.link_clicked_at is None
    assert await happened(office, message) == [("seen", None), ("read", None)]

    first, second, help = mail.links
    assert help == "mailto:help@example.org"
    answer = await reader.visit(second)
    assert (answer.status_code, answer.headers["location"]) == (302, B)
    answer = await reader.visit(first)
    assert (answer.status_code, answer.headers["location"]) == (302, f"{A}?token=secret")
    await office.work()
    await Reader(office).visit(first)
    await office.work()
    clicked = await message_of(office)
    assert clicked.read_at == message.read_at
    assert (clicked.status, clicked.stage) == ("sent", "interacted")
    assert await happened(office, message) == [
        ("seen", None),
        ("read", None),
        ("link_clicked", {"url": B}),
        ("link_clicked", {"url": A}),
    ]


async def test_all_else_arrives_as_it_was_written_and_is_shown_so(office: Office, server: MailServer) -> None:
    await push(office, server)
    mail = await mailed(office, server)
    back = mail.html.replace(mail.links[0], f"{A}?token=secret").replace(mail.links[1], B)
    pixel = f'<img src="{mail.pixels[0]}" width="1" height="1" alt="" style="border:0;width:1px;height:1px">'
    assert back == HTML.replace("</body>", f"{pixel}</body>")
    text = server.mails[0].get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == "Hello https://example.org/a"
    (stored,) = await office.messaging.messages.contents(office.environment_id, [(await message_of(office)).id])
    assert isinstance(stored.content, EmailContent)
    assert stored.content.html == HTML


async def test_whoever_clicks_has_opened_too_though_pictures_are_blocked(
    office: Office, server: MailServer, reader: Reader
) -> None:
    await push(office, server)
    mail = await mailed(office, server)
    await reader.visit(mail.links[0])
    await office.work()
    message = await message_of(office)
    assert [name for name, _ in await happened(office, message)] == ["seen", "read", "link_clicked"]


async def test_a_click_on_one_link_ends_a_wait_for_it(office: Office, server: MailServer, reader: Reader) -> None:
    wait = """
  - ref: wait
    type: wait_for_event
    settings:
      event: {event_type: message, event_key: link_clicked, step_ref: mail}
      match_conditions: 'event.data.url == "https://example.org/b"'
      expires_after: 1h
  - {ref: clicked, channel: in-app, template: {body: "Clicked"}}
"""
    await push(office, server, MAIL + wait)
    mail = await mailed(office, server)
    await reader.visit(mail.links[0])
    await office.work()
    assert await office.bodies() == []
    await reader.visit(mail.links[1])
    await office.work()
    assert await office.bodies() == ["<p>Clicked</p>"]


REMINDER = """
  - {ref: pause, type: delay, delay: 1d}
  - ref: reminder
    channel: in-app
    template: {body: "Not read yet"}
    conditions: {all: [{variable: refs.mail.engagement_status, operator: not_contains, argument: read}]}
  - ref: thanks
    channel: in-app
    template: {body: "Thanks"}
    conditions: {all: [{variable: refs.mail.engagement_status, operator: contains, argument: link_clicked}]}
"""


async def test_later_steps_ask_what_became_of_an_email(office: Office, server: MailServer, reader: Reader) -> None:
    await push(office, server, MAIL + REMINDER)
    await mailed(office, server, "ada", "bob", "cy")
    mails = {str(mail["to"]): arrived(server, place) for place, mail in enumerate(server.mails)}
    await reader.visit(mails["ada@example.org"].pixels[0])
    await reader.visit(mails["bob@example.org"].links[0])
    await office.work()
    await office.pass_time(timedelta(days=1))
    assert [await office.bodies(id) for id in ("ada", "bob", "cy")] == [[], ["<p>Thanks</p>"], ["<p>Not read yet</p>"]]


@pytest.mark.parametrize(
    ("settings", "overrides", "pixels", "links"),
    [
        ("  open_tracking: false\n", "", 0, 2),
        ("  link_tracking: false\n", "", 1, 0),
        ("", "{open_tracking: false}", 0, 2),
        ("", "{link_tracking: false, open_tracking: true}", 1, 0),
        ("  open_tracking: false\n  link_tracking: false\n", "", 0, 0),
        ("  open_tracking: false\n  link_tracking: false\n", "{link_tracking: true}", 0, 2),
    ],
)
async def test_a_step_says_otherwise_than_its_channel(
    office: Office, server: MailServer, settings: str, overrides: str, pixels: int, links: int
) -> None:
    workflow = f"{MAIL}    channel_overrides: {overrides}\n" if overrides else MAIL
    channel = "".join(f"{line}\n" for line in settings.splitlines())
    asked = {line.split(":")[0].strip() for line in settings.splitlines()}
    await push_without(office, server, workflow, asked, channel)
    mail = await mailed(office, server)
    assert (len(mail.pixels), len([link for link in mail.links if "/t/c/" in link])) == (pixels, links)


async def push_without(office: Office, server: MailServer, workflow: str, without: set[str], settings: str) -> None:
    """Pushes the channel with other values of some settings."""
    lines = TRACKED.format(port=server.port).splitlines()
    kept = [line for line in lines if line.split(":")[0].strip() not in without]
    await office.push({"channels/email.yaml": "\n".join(kept) + "\n" + settings, "workflows/mail.yaml": workflow})


async def test_a_channel_may_have_a_domain_of_its_own(office: Office, server: MailServer, reader: Reader) -> None:
    await push(office, server, settings="  tracking_url: https://click.example.net/\n")
    mail = await mailed(office, server)
    assert {url.split("/t/")[0] for url in (*mail.pixels, *mail.links[:2])} == {"https://click.example.net"}
    await reader.visit(mail.pixels[0])
    await office.work()
    assert (await message_of(office)).read_at is not None


async def test_without_a_url_of_the_service_nothing_is_tracked(office: Office, server: MailServer) -> None:
    without = Office(office.pool, office.environment_id, office.folder, office.clock)
    await push(without, server)
    mail = await mailed(without, server)
    assert mail.html == HTML


async def test_links_of_the_service_itself_stay(office: Office, server: MailServer) -> None:
    await push(office, server, MAIL.replace("https://example.org/b", "{{ links.preferences }}"))
    mail = await mailed(office, server)
    assert mail.links[1].startswith(f"{PUBLIC}/pages/preferences/")


@pytest.mark.parametrize(
    ("default", "own", "is_tracked"),
    [
        ("", {}, True),
        ("", {"default": {"tracking": False}}, False),
        ("", {"default": {"tracking": True}}, True),
        ("tracking: false", {}, False),
        ("tracking: false", {"default": {"tracking": True}}, True),
        ("tracking: true", {"default": {"tracking": False}}, False),
    ],
)
async def test_recipients_refuse_it_or_agree(
    office: Office, server: MailServer, default: str, own: dict[str, Any], is_tracked: bool
) -> None:
    await push(office, server, **({"preferences": default} if default else {}))
    await office.identify("ada", email="ada@example.org")
    await prefer(office, "ada", **own)
    mail = await mailed(office, server)
    assert (mail.html != HTML, bool(mail.pixels)) == (is_tracked, is_tracked)


async def test_a_refusal_counts_when_the_email_is_sent(office: Office, server: MailServer) -> None:
    """Between the trigger and the attempt that succeeds, the recipient refuses."""
    await push(office, server, "override_preferences: true\n" + MAIL)
    server.recipient_answer = "450 4.2.1 greylisted"
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail")
    await office.work()
    await prefer(office, "ada", default={"tracking": False})
    server.recipient_answer = "250 OK"
    await office.work_after(timedelta(hours=1))
    assert arrived(server).html == HTML


async def test_what_says_that_it_is_no_person_does_not_count(
    office: Office, server: MailServer, reader: Reader
) -> None:
    await push(office, server)
    mail = await mailed(office, server)
    for url in (mail.pixels[0], mail.links[0]):
        statuses = {
            (await reader.visit(url, method="HEAD")).status_code,
            (await reader.visit(url, agent="")).status_code,
            (await reader.visit(url, agent="Mozilla/5.0")).status_code,
            (await reader.visit(url, agent="Mozilla/5.0 (compatible; bingbot/2.0)")).status_code,
            (await reader.visit(url, agent="Slackbot-LinkExpanding 1.0")).status_code,
            (await reader.visit(url, **{"sec-purpose": "prefetch;prerender"})).status_code,
        }
        assert statuses <= {200, 302}
    assert await office.jobs() == []
    gmail = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
    await Reader(office).visit(mail.pixels[0], agent=gmail)
    await office.work()
    assert (await message_of(office)).read_at is not None


async def test_whoever_is_gone_is_led_on_all_the_same(office: Office, server: MailServer, reader: Reader) -> None:
    await push(office, server)
    mail = await mailed(office, server)
    await office.delete("ada")
    await office.work()
    assert (await office.counts())["messages"] == 0
    answer = await reader.visit(mail.links[1])
    assert (answer.status_code, answer.headers["location"]) == (302, B)
    assert (await reader.visit(mail.pixels[0])).status_code == 200
    await office.work()
    assert (await office.counts())["events_of_messages"] == 0


async def test_who_was_merged_has_clicked_as_the_one_that_is_left(
    office: Office, server: MailServer, reader: Reader
) -> None:
    await push(office, server)
    mail = await mailed(office, server)
    await office.identify("lovelace")
    await office.merge("lovelace", "ada")
    await reader.visit(mail.links[1])
    await office.work()
    message = await message_of(office, "lovelace")
    assert message.link_clicked_at is not None


async def test_an_open_of_one_environment_says_nothing_of_another(
    office: Office, other: Office, server: MailServer, reader: Reader
) -> None:
    await push(office, server)
    mail = await mailed(office, server)
    other.public_url = PUBLIC
    await reader.visit(mail.pixels[0])
    assert await other.jobs() == []
    assert [job.name for job in await office.jobs()] == ["record_engagements"]


async def test_a_message_tells_of_so_many_links_and_no_more(office: Office, server: MailServer) -> None:
    await push(office, server)
    await mailed(office, server)
    message = await message_of(office)
    for start in (0, 60):
        urls = [f"https://example.org/{number}" for number in range(start, start + 60)]
        job = RecordEngagements(office.environment_id, [Engagement(message.id, url) for url in urls])
        for _ in range(2):
            office.clock.move(timedelta(seconds=1))
            await office.carry_out(job)
    statement = """
        SELECT count(DISTINCT data ->> 'url'),
               count(*)
        FROM addressee.message_events
        WHERE environment_id = $1 AND type = 'message.link_clicked'
    """
    (row,) = await office.pool.fetch(statement, office.environment_id)
    assert row[0] == row[1]
    assert MAX_CLICKED_LINKS <= row[1] <= 120
    await office.carry_out(RecordEngagements(office.environment_id, [Engagement(message.id, "https://example.org/x")]))
    assert await office.pool.fetch(statement, office.environment_id) == [row]


async def test_the_same_url_a_thousand_times_is_written_once(
    office: Office, server: MailServer, reader: Reader
) -> None:
    await push(office, server)
    mail = await mailed(office, server)
    for _ in range(1_000):
        assert (await reader.visit(mail.links[1])).status_code == 302
    assert len(await office.jobs()) == 1


class Unreliable:
    """A database that is away for as long as the test says."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.is_away = True

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        if self.is_away:
            raise OSError
        async with self.pool.acquire() as connection:
            yield connection


async def test_a_click_leads_on_while_the_database_is_away_and_is_told_later(
    office: Office, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    await push(office, server)
    mail = await mailed(office, server)
    database = Unreliable(office.pool)
    engagements = Engagements(cast(Pool, database), Wakeup(office.pool), patience_seconds=3_600)
    reader = Reader(office, engagements)
    assert (await reader.visit(mail.links[1])).status_code == 302
    assert (await reader.visit(mail.pixels[0])).status_code == 200
    assert await office.jobs() == []
    database.is_away = False
    await engagements.close()
    await office.work()
    assert [name for name, _ in await happened(office, await message_of(office))] == ["seen", "read", "link_clicked"]


async def test_what_a_process_keeps_is_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 3)
    monkeypatch.setattr(module, "MAX_REMEMBERED", 2)
    monkeypatch.setattr(module, "LAST_SECONDS", 0.01)
    engagements = Engagements(cast(Pool, Unreliable(office.pool)), Wakeup(office.pool))
    for number in range(5):
        await engagements.take(office.environment_id, Engagement(str(number)))
    assert [taken.message_id for _, taken in engagements._waiting] == ["0", "1", "2"]
    assert len(engagements._remembered) == 2
    await engagements.close()
