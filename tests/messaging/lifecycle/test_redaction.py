"""Others' messages hold nothing of an actor who was deleted: a marker stands where the name did (knock.md §3.4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from addressee.directory.edits.recipients import Delete, History
from addressee.directory.writing.writes import Write
from addressee.messaging.lifecycle import redaction
from addressee.messaging.lifecycle.redacted_contents import missing
from tests.messaging.office import IN_APP, OUTBOX, Office

GREETING = """
name: Greeting
steps:
  - ref: in-app
    channel: in-app
    template:
      body: >-
        **{{ actor.name }}** says {{ data.word }} to
        {{ recipient.name }}{% if actor.email %} from {{ actor.email }}{% endif %}
      action_url: "https://app.example/{{ actor.id }}"
  - ref: email
    channel: email
    template:
      subject: "{{ actor.first_name }} says {{ data.word }}"
      html: <p>{{ actor.plan }} {{ actor.name }}</p>
"""


FILES = {
    "channels/in-app.yaml": IN_APP,
    "channels/email.yaml": OUTBOX,
    "workflows/greeting.yaml": GREETING,
}


@pytest.fixture(autouse=True)
async def greeted(office: Office) -> None:
    """Ada, an actor, has said something to Bob and to Eve."""
    await office.push(FILES)
    await office.identify("ada", name="Ada Lovelace", email="ada@example.com")
    for id in ("bob", "eve"):
        await office.identify(id, email=f"{id}@example.com")
    await office.trigger("bob", "eve", workflow="greeting", actor=office.user("ada"), data={"word": "hi"})
    await office.work()


async def contents(office: Office, id: str) -> dict[str, Any]:
    """What somebody's messages say, by step, without what only says how."""
    rows = await office.pool.fetch(
        "SELECT step_ref, content FROM addressee.messages WHERE environment_id = $1 AND recipient_id = $2",
        office.environment_id,
        id,
    )
    return {row["step_ref"]: json.loads(row["content"]) for row in rows}


def rendered(content: dict[str, Any]) -> dict[str, str]:
    return {block["name"]: block["rendered"] for block in content["blocks"]}


async def everything(office: Office, *tables: str) -> str:
    """All that is stored, as text."""
    found = []
    for table in tables:
        statement = f"SELECT to_jsonb(found)::text AS text FROM addressee.{table} AS found WHERE environment_id = $1"
        found += [row["text"] for row in await office.pool.fetch(statement, office.environment_id)]
    return "\n".join(found)


async def delete(office: Office, history: History = History.ERASED) -> None:
    await office.directory.write(Write(office.user("ada"), (Delete(history),)))


@pytest.mark.parametrize("history", History)
async def test_a_marker_stands_where_the_name_did(office: Office, history: History) -> None:
    before = await contents(office, "bob")
    assert (
        rendered(before["in-app"])["body"] == "<p><strong>Ada Lovelace</strong> says hi to Bob from ada@example.com</p>"
    )
    await delete(office, history)
    await office.work()
    for id in ("bob", "eve"):
        after = await contents(office, id)
        assert rendered(after["in-app"]) == {
            "body": f"<p><strong>Missing user</strong> says hi to {id.title()}</p>",
            "action_url": "https://app.example/ada",
        }
        assert (after["email"]["subject"], after["email"]["html"]) == ("Missing says hi", "<p> Missing user</p>")
        assert (after["email"]["to"], after["email"]["sender"]) == (f"{id}@example.com", before["email"]["sender"])


async def test_after_a_purge_nothing_of_the_purged_one_is_stored(office: Office) -> None:
    """When the call returns already."""
    await office.messaging.lifecycle.purge(office.directory, office.user("ada"))
    tables = ("messages", "message_events", "delivery_logs", "sends", "recipient_runs", "workflow_runs", "changes")
    left = await everything(office, *tables)
    assert "Bob" in left
    assert "Lovelace" not in left
    assert "ada@example.com" not in left


SIGNED = """
steps:
  - ref: email
    type: channel
    channel_key: email
    template: {subject: Hello, text_body: Hello}
    channel_overrides:
      from_name: "{{ actor.name }} via Office"
      reply_to_address: "{{ actor.email }}"
      cc_address: "{{ actor.email }}, chief@example.com"
"""


async def test_who_an_email_seemed_to_come_from_and_who_got_a_copy(office: Office) -> None:
    await office.push({"workflows/signed.yaml": SIGNED})
    await office.trigger("bob", workflow="signed", actor=office.user("ada"))
    await office.work()
    await delete(office)
    await office.work()
    found = await everything(office, "messages")
    assert found.count("Missing user via Office <") == 1
    assert found.count("chief@example.com") == 1
    assert ("Lovelace" in found, "ada@example.com" in found) == (False, False)


async def test_copies_and_senders_of_what_cannot_be_rendered_again(office: Office) -> None:
    await office.push({"workflows/signed.yaml": SIGNED})
    await office.trigger("bob", workflow="signed", actor=office.user("ada"))
    await office.work()
    await office.pool.execute(
        "DELETE FROM addressee.workflow_versions WHERE environment_id = $1", office.environment_id
    )
    await delete(office)
    await office.work()
    found = await everything(office, "messages")
    assert ("Lovelace" in found, "ada@example.com" in found) == (False, False)


async def test_what_others_said_stays(office: Office) -> None:
    await office.trigger("bob", workflow="greeting", actor=office.user("eve"), data={"word": "hello"})
    await office.work()
    await delete(office)
    await office.work()
    found = await everything(office, "messages")
    assert found.count("<strong>Eve</strong> says hello") == 1
    assert found.count("<strong>Missing user</strong> says hi") == 2


async def test_who_was_merged_into_the_actor_is_gone_with_them(office: Office) -> None:
    await office.identify("boss", name="The Boss")
    await office.merge("boss", "ada")
    await office.work()
    await office.delete("boss")
    await office.work()
    assert "Lovelace" not in await everything(office, "messages")


async def test_it_goes_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "PAGE_SIZE", 1)
    for word in ("two", "three"):
        await office.trigger("bob", "eve", workflow="greeting", actor=office.user("ada"), data={"word": word})
    await office.work()
    await delete(office)
    await office.work()
    found = await everything(office, "messages")
    assert (found.count("Lovelace"), found.count("<strong>Missing user</strong>")) == (0, 6)


async def test_marks_and_states_stay(office: Office) -> None:
    statement = """
        SELECT id, status, seen_at, read_at, inserted_at, updated_at FROM addressee.messages
        WHERE environment_id = $1 ORDER BY id
    """
    before = await office.pool.fetch(statement, office.environment_id)
    await delete(office)
    await office.work()
    assert await office.pool.fetch(statement, office.environment_id) == before


async def test_what_cannot_be_rendered_again_says_nothing(office: Office) -> None:
    """The workflow's version is gone."""
    await office.pool.execute(
        "DELETE FROM addressee.workflow_versions WHERE environment_id = $1", office.environment_id
    )
    await delete(office)
    await office.work()
    after = await contents(office, "bob")
    assert rendered(after["in-app"]) == {"body": "<p>Missing user</p>"}
    assert (after["email"]["subject"], after["email"]["html"], after["email"]["to"]) == ("", "", "bob@example.com")


async def test_an_actor_of_nothing_costs_no_job(office: Office) -> None:
    await office.delete("bob")
    await office.work()
    assert "redact" not in [job.name for job in await office.jobs()]
    assert "<strong>Ada Lovelace</strong> says hi to Eve" in await everything(office, "messages")


def test_the_marker_is_a_user_of_its_own() -> None:
    assert missing("ada") == {
        "id": "ada",
        "name": "Missing user",
        "first_name": "Missing",
        "last_name": "user",
        **dict.fromkeys(("email", "avatar", "phone_number", "timezone", "created_at")),
    }
