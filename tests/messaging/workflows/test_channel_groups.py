"""Channel groups that are pushed: what changes with them, and what runs, explanations and previews say."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from addressee.dashboard.workflows.words.steps import described
from addressee.directory.edits.recipients import Identify
from addressee.directory.writing.writes import Write
from addressee.messaging.definitions.reading import read_document
from addressee.messaging.preview.model import PreviewedEvent, PreviewedMessage
from addressee.messaging.preview.simulations import Simulation
from addressee.messaging.workflows.available import read_available
from addressee.messaging.workflows.commits.model import NOBODY, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.configuration import (
    Configuration,
    ConfigurationError,
    check_sources,
    read_configuration,
)
from addressee.messaging.workflows.configuration_sources import ConfigurationSources
from addressee.messaging.workflows.deploying import documents
from addressee.messaging.workflows.deploying.archiving import archive_channel_group
from addressee.messaging.workflows.deploying.deployment import deploy_within, lock_environment
from addressee.messaging.workflows.deploying.documents import configuration_of
from addressee.messaging.workflows.deploying.publishing import Publishing
from addressee.messaging.workflows.files.channel_groups import to_file
from addressee.messaging.workflows.outline import outline
from tests.messaging.office import FILES, OUTBOX, SEALER, Office, write_files
from tests.support.waiting import until

IF_EU = {
    "channel_key": "eu",
    "rule_type": "if",
    "variable": "recipient.name",
    "operator": "equal_to",
    "argument": "Ada",
}
REST = {"channel_key": "rest", "rule_type": "always"}
NOTE = """
name: Note
active: %s
steps:
  - ref: note
    channel_group_key: mail
    template: {subject: Hi, html: "<p>x</p>"}
  - ref: later
    if: refs.note.delivery_status == $message.queued
    channel: in-app
    template: {body: later}
"""


def group(*rules: dict[str, Any], **fields: Any) -> str:
    return msgspec.json.encode({"name": "Mail", "channel_type": "email", "channel_rules": rules, **fields}).decode()


def files(*rules: dict[str, Any], active: str = "true") -> dict[str, str]:
    return {
        **FILES,
        "channels/eu.yaml": OUTBOX,
        "channels/rest.yaml": OUTBOX,
        "channel_groups/mail.json": group(*rules),
        "workflows/note.yaml": NOTE % active,
    }


async def sent(office: Office, id: str) -> list[str]:
    """Triggers the workflow, and returns the steps that have made messages, in their order."""
    await office.identify(id, email=f"{id}@example.com")
    await office.trigger(id, workflow="note")
    await office.work()
    return [message.step_ref for message in reversed(await office.messages(id))]


async def effects(office: Office, pushed: dict[str, str]) -> dict[str, str]:
    done = await office.push(pushed)
    return {each.what: each.effect.value for each in done if each.what.split()[0] in {"channel", "workflow"}}


async def test_a_push_says_what_changes(office: Office) -> None:
    done = await effects(office, files(IF_EU, REST))
    assert (done["channel group mail"], done["workflow note"]) == ("new", "new")
    assert set((await effects(office, files(IF_EU, REST))).values()) == {"unchanged"}
    done = await effects(office, files(REST))
    assert (done["channel group mail"], done["workflow note"], done["workflow welcome"]) == (
        "changed",
        "changed",
        "unchanged",
    )


async def test_the_message_goes_out_by_the_first_rule_that_holds(office: Office) -> None:
    await office.push(files(IF_EU, REST))
    assert await sent(office, "ada") == ["note-eu", "later"]
    assert await sent(office, "bob") == ["note-rest", "later"]
    journal = [(entry["step_ref"], entry["event"]) for entry in await office.journal("ada") if "step_ref" in entry]
    assert journal[:3] == [("note-eu", "step_started"), ("note-eu", "message_enqueued"), ("note", "channel_chosen")]
    (chosen,) = [each["data"] for each in await office.journal("ada") if each["event"] == "channel_chosen"]
    assert chosen == {"channel": "eu", "not_tried": ["rest"]}


async def test_a_channel_that_the_recipient_refuses_is_followed_by_the_next(office: Office) -> None:
    await office.push(files(IF_EU, REST))
    refuses = {"default": {"channels": {str(await office.channel_id("eu")): False}}}
    await office.directory.write(Write(office.user("ada"), (Identify(preferences=refuses),)))
    assert await sent(office, "ada") == ["note-rest", "later"]
    (skipped,) = [each for each in await office.journal("ada") if each["event"] == "step_skipped"]
    assert (skipped["step_ref"], skipped["data"]["reason"]) == ("note-eu", "preferences")


async def test_explanations_say_which_channel_would_be_taken(office: Office) -> None:
    await office.push(files(IF_EU, REST))
    for id, expected in (
        ("ada", {"note-rest": {"reason": "channel_chosen", "channel": "eu", "step": "note"}}),
        ("bob", {"note-eu": "conditions"}),
    ):
        await office.identify(id, email=f"{id}@example.com")
        explanation = await office.messaging.runs.explain(office.user(id), "note")
        obstacles = {each.ref: each.obstacle for each in explanation.steps if each.obstacle is not None}
        assert obstacles.keys() == expected.keys()
        for ref, obstacle in obstacles.items():
            assert expected[ref] in (obstacle, obstacle["reason"])


async def test_simulations_take_the_same_channel(office: Office) -> None:
    await office.push(files(IF_EU, REST))
    await office.identify("ada", email="ada@example.com")
    simulated = await office.messaging.simulations.simulate(Simulation(office.user("ada"), "note"))
    first, chosen, *_ = simulated.happened
    assert isinstance(first, PreviewedMessage)
    assert isinstance(chosen, PreviewedEvent)
    assert (first.ref, first.channel, chosen.event, chosen.ref) == ("note-eu", "eu", "channel_chosen", "note")


async def test_a_diagram_shows_the_group_as_one_step(office: Office) -> None:
    await office.push(files(IF_EU, REST))
    overview = await office.messaging.workflows.overview(office.environment_id, "note")
    note, _ = map(described, outline(overview.workflow.steps))
    assert (note.ref, note.name, note.conditions, note.settings) == (
        "note",
        "Channel group",
        None,
        (
            "through mail: the first channel that can be taken",
            'E-mail through eu if recipient.name is "Ada"',
            "E-mail through rest",
        ),
    )


async def test_a_group_that_changes_has_its_workflows_change(office: Office) -> None:
    """A push of the group alone; what else is stored of the workflow stays, like that it is switched off and on."""
    await office.push(files(IF_EU, REST))
    publishing = Publishing(office.pool, SEALER, office.clock)
    done = await publishing.put_channel_group([office.environment_id], "mail", group(REST))
    assert [(each.what, each.effect.value) for each in done] == [
        ("channel group mail", "changed"),
        ("workflow note", "changed"),
    ]
    assert await sent(office, "ada") == ["note-rest", "later"]
    await office.messaging.workflows.switch(office.environment_id, "note", active=False)
    await publishing.put_channel_group([office.environment_id], "mail", group(IF_EU, REST, operator="all"))
    overview = await office.messaging.workflows.overview(office.environment_id, "note")
    assert (overview.active, len(overview.workflow.steps)) == (False, 3)


async def test_workflows_of_a_group_are_compiled_beside_the_event_loop(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.push(files(IF_EU, REST))
    threads = []

    def compiled(*given: Any) -> Configuration:
        threads.append(threading.current_thread())
        return configuration_of(*given)

    monkeypatch.setattr(documents, "configuration_of", compiled)
    await Publishing(office.pool, SEALER, office.clock).put_channel_group([office.environment_id], "mail", group(REST))
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_a_workflow_that_is_published_while_its_group_changes_has_the_new_one(office: Office) -> None:
    await office.push(files(IF_EU, REST))
    resource = ResourceKey(ResourceKind.WORKFLOW, "again")
    step = {"ref": "again", "channel_group_key": "mail", "template": {"subject": "Hi", "html": "<p>x</p>"}}
    document = Document(msgspec.json.encode({"steps": [step]}).decode())
    sources = ConfigurationSources(channel_groups=[read_document(group(REST), "channel group mail", "mail")])
    changed = check_sources(sources, {}, await read_available(office.pool, office.environment_id))
    publishing = Publishing(office.pool, SEALER, office.clock)
    async with office.pool.acquire() as connection, connection.transaction():
        await lock_environment(connection, office.environment_id)
        publication = publishing.publish(office.environment_id, {resource: document}, NOBODY)
        published = asyncio.create_task(publication)
        await until(lambda: somebody_waits(office))
        await deploy_within(connection, SEALER, office.environment_id, changed, office.clock.now())
    await published
    overview = await office.messaging.workflows.overview(office.environment_id, "again")
    assert [step.ref for step in overview.workflow.steps] == ["again-rest"]


async def somebody_waits(office: Office) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await office.pool.fetchval(waiting))


async def test_a_group_does_not_change_where_a_workflow_cannot_have_it(office: Office) -> None:
    await office.push({**files(IF_EU, REST), "channels/phone.yaml": "type: in_app_feed"})
    publishing = Publishing(office.pool, SEALER, office.clock)
    feed = group({"channel_key": "in-app", "rule_type": "always"}, channel_type="in_app_feed")
    with pytest.raises(ConfigurationError, match="workflow note:1: "):
        await publishing.put_channel_group([office.environment_id], "mail", feed)
    found = await office.messaging.channel_groups.find(office.environment_id, "mail")
    assert found is not None
    assert [rule.channel_key for rule in found.group.channel_rules] == ["eu", "rest"]


async def test_groups_are_listed_and_archived(office: Office) -> None:
    await office.push(files(IF_EU, REST))
    groups = office.messaging.channel_groups
    (listed,) = await groups.list(office.environment_id)
    assert to_file(listed.group) == {
        "name": "Mail",
        "channel_type": "email",
        "operator": "any",
        "channel_rules": [IF_EU, REST],
    }
    publishing = Publishing(office.pool, SEALER, office.clock)
    assert await archive_channel_group(publishing, office.directory, [office.environment_id], "mail")
    assert not await archive_channel_group(publishing, office.directory, [office.environment_id], "mail")
    assert await groups.find(office.environment_id, "mail") is None
    assert await sent(office, "ada") == ["note-eu", "later"]


async def test_a_group_is_archived_once_nobody_publishes(office: Office) -> None:
    await office.push(files(IF_EU, REST))
    publishing = Publishing(office.pool, SEALER, office.clock)
    async with office.pool.acquire() as connection, connection.transaction():
        await lock_environment(connection, office.environment_id)
        archiving = archive_channel_group(publishing, office.directory, [office.environment_id], "mail")
        archived = asyncio.create_task(archiving)
        await until(lambda: somebody_waits(office))
        assert await office.messaging.channel_groups.find(office.environment_id, "mail") is not None
    assert await archived
    assert await office.messaging.channel_groups.find(office.environment_id, "mail") is None


def test_one_template_is_warned_of_once(tmp_path: Path) -> None:
    rules = [{"channel_key": key, "rule_type": "always"} for key in ("one", "two")]
    step = {"ref": "feed", "channel_group_key": "feeds", "template": {"body": "x", "link_tracking": True}}
    pushed = {
        "channels/one.yaml": "type: in_app_feed",
        "channels/two.yaml": "type: in_app_feed",
        "channel_groups/feeds.json": group(*rules, channel_type="in_app_feed"),
        "workflows/note/workflow.json": msgspec.json.encode({"steps": [step]}).decode(),
    }
    warnings = read_configuration(write_files(tmp_path, pushed), {}).warnings
    assert [warning.message for warning in warnings] == [
        "links of feed items stay as they are: the app's own components tell who clicked"
    ]


def test_a_step_of_a_group_of_guides_is_skipped(tmp_path: Path) -> None:
    step = {"ref": "tour", "channel_group_key": "guides", "channel_type": "in_app_guide", "template": {}}
    end = {"ref": "end", "in_app": {"body": "x"}}
    pushed = {
        "channels/one.yaml": "type: in_app_feed",
        "workflows/note/workflow.json": msgspec.json.encode({"steps": [step, end]}).decode(),
    }
    warnings = read_configuration(write_files(tmp_path, pushed), {}).warnings
    assert [warning.message for warning in warnings] == ["there are no in-app guides here: this step is skipped"]
