"""Steps that write to the directory: what a step asks for is written once, and later steps see it."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from addressee.database.paging import PageRequest
from addressee.directory.edits.lists import LISTS, Define, List
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.workflows.configuration import ConfigurationError
from addressee.preferences.audiences import AUDIENCES, read_audiences
from tests.messaging.office import FILES, Office

FEED = """
  - ref: feed
    channel: in-app
    template: {body: "{{ recipient.name }} {{ recipient.plan.tier }} {{ tenant.seats }}"}
"""


def workflow(type: str, feed: str = FEED, **settings: Any) -> str:
    written = msgspec.json.encode(settings).decode()
    return f"steps:\n  - ref: update\n    type: {type}\n    settings: {written}\n{feed}"


async def told(office: Office, text: str, *ids: str, key: str = "updating", **rest: Any) -> None:
    """Pushes a workflow with an update, triggers it for users, and works."""
    await office.push({**FILES, f"workflows/{key}.yaml": text})
    for id in ids or ("ada",):
        await office.identify(id)
    await office.trigger(*(ids or ("ada",)), workflow=key, **rest)
    await office.work()


async def outcomes(office: Office, id: str = "ada") -> list[tuple[str, Any]]:
    found = [entry for entry in await office.journal(id) if entry.get("step_ref") == "update"]
    return [(entry["event"], entry.get("data")) for entry in found]


async def text_of(office: Office, id: str = "ada") -> str:
    (item,) = (await office.feed(id)).items.entries
    return item.blocks[0].rendered.removeprefix("<p>").removesuffix("</p>")


def place(office: Office, collection: str, id: str) -> Place:
    return Place(office.environment_id, collection, id)


async def read(office: Office, collection: str, id: str) -> Recipient:
    found = await office.directory.read(place(office, collection, id))
    assert found is not None
    return found


async def create(office: Office, collection: str, id: str, **properties: Any) -> Recipient:
    written = await office.directory.write(Write(place(office, collection, id), (Identify(properties=properties),)))
    assert written.recipient is not None
    return written.recipient


async def list_named(office: Office, id: str, **definition: Any) -> List:
    return (await office.directory.lists.define(place(office, LISTS, id), Define(id, **definition))).list


async def members(office: Office, id: str) -> list[str]:
    found = await office.directory.lists.find(place(office, LISTS, id))
    assert found is not None
    page = await office.directory.lists.members(found, PageRequest(50))
    return sorted(member.recipient_id for member in page.entries)


async def subscribers(office: Office, collection: str, id: str) -> dict[str, Any]:
    object = await read(office, collection, id)
    page = await office.directory.subscriptions.subscribers(object, PageRequest(50))
    return {each.recipient.place.id: each.properties for each in page.entries}


async def test_a_user_is_updated_at_every_depth_and_later_steps_see_it(office: Office) -> None:
    await create(office, USERS, "ada", plan={"tier": "free", "since": 2020}, seen=True)
    text = workflow(
        "update_user", update_properties={"plan": {"tier": "{{ data.tier }}"}, "name": "Lady {{ recipient.name }}"}
    )
    await told(office, text, data={"tier": "gold"})
    ada = await read(office, USERS, "ada")
    assert ada.properties == {"plan": {"tier": "gold", "since": 2020}, "seen": True}
    assert ada.attributes["name"] == "Lady Ada"
    assert await text_of(office) == "Lady Ada gold"
    assert await outcomes(office) == [("step_completed", {"collection": "$users", "id": "ada"})]


async def test_the_history_names_the_run(office: Office) -> None:
    await told(office, workflow("update_user", properties='{"plan": {"tier": "{{ data.tier }}"}}'), data={"tier": "a"})
    (run,) = await office.recipient_runs()
    origin = await office.pool.fetchval(
        "SELECT request_id FROM addressee.changes WHERE environment_id = $1 ORDER BY recorded_at DESC LIMIT 1",
        office.environment_id,
    )
    assert origin == f"run {run['id']}"


async def test_another_user_is_updated_and_created_unless_said_otherwise(office: Office) -> None:
    for id, settings in (
        ("bob", {"user_id": "{{ data.who }}"}),
        ("cleo", {"recipient_mode": "reference", "recipient_reference": "gid://Object/$users/{{ data.who }}"}),
    ):
        await told(office, workflow("update_user", properties={"x": 1}, **settings), id, data={"who": f"{id}-2"})
        assert (await read(office, USERS, f"{id}-2")).properties == {"x": 1}
    text = workflow("update_user", properties={"x": 1}, user_id="nobody", upsert=False)
    await told(office, text)
    assert await outcomes(office) == [("error", {"reason": "update_user: 'nobody' is not known in $users"})]
    assert await office.directory.read(place(office, USERS, "nobody")) is None


async def test_the_actor_may_be_updated(office: Office) -> None:
    await office.identify("eve")
    text = workflow("userupdate", properties={"seen": True}, user_selection="actor")
    await told(office, text, actor=office.user("eve"))
    assert (await read(office, USERS, "eve")).properties == {"seen": True}
    await told(office, text, "bob")
    assert await outcomes(office, "bob") == [("error", {"reason": "update_user: nobody acted: the run has no actor"})]


async def test_preferences_are_updated_and_count_for_the_messages_that_follow(office: Office) -> None:
    await told(office, workflow("update_user", properties={"preferences": {"default": {"kinds": {"in_app": False}}}}))
    assert (await read(office, USERS, "ada")).preferences == {"default": {"kinds": {"in_app": False}}}
    assert (await office.feed("ada")).items.entries == []


async def test_the_tenant_of_the_run_is_updated(office: Office) -> None:
    await create(office, TENANTS, "acme", seats=1)
    await told(office, workflow("update_tenant", properties={"seats": "{{ tenant.seats | plus: 1 }}"}), tenant="acme")
    assert (await read(office, TENANTS, "acme")).properties == {"seats": 2}
    assert await text_of(office) == "Ada  2"
    await told(office, workflow("update_tenant", properties={"seats": 1}), "bob")
    assert await outcomes(office, "bob") == [("error", {"reason": "update_tenant: the run has no tenant"})]


async def test_an_object_is_updated(office: Office) -> None:
    text = workflow(
        "update_object", properties={"state": "done"}, collection="projects", object_id="{{ data.project }}"
    )
    await told(office, text, data={"project": "p1"})
    assert (await read(office, "projects", "p1")).properties == {"state": "done"}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ("[1]", "update_user: this must be a JSON object"),
        ('{"email": "nonsense', "update_user: this is not JSON"),
        ('{"timezone": "Mars/Base"}', "update_user: timezone"),
        ('{"preferences": {"acme": {}}}', "update_user: preferences hold the set 'default', and no others"),
        ('{"preferences": {"default": {"kinds": 1}}}', "update_user: preferences.default.kinds"),
        ('{"channel_data": {}}', "update_user: channel_data cannot be updated by a step"),
    ],
)
async def test_what_is_refused_is_told_and_the_run_goes_on_or_ends(
    office: Office, properties: str, reason: str
) -> None:
    await told(office, workflow("update_user", properties=properties))
    ((event, data),) = await outcomes(office)
    assert (event, data["reason"].startswith(reason)) == ("error", True)
    assert await text_of(office) == "Ada"
    await told(office, workflow("update_user", properties=properties, on_error="halt"), "bob")
    assert (await office.feed("bob")).items.entries == []


async def test_a_page_of_runs_is_written_together_and_one_refusal_fails_no_other(office: Office) -> None:
    ids = [f"u{number}" for number in range(30)]
    text = workflow("update_user", properties={"timezone": "{% if recipient.id == 'u7' %}Mars{% else %}UTC{% endif %}"})
    await told(office, text, *ids)
    zones = {id: (await read(office, USERS, id)).attributes.get("timezone") for id in ids}
    assert zones == {**dict.fromkeys(ids, "UTC"), "u7": None}
    assert (await outcomes(office, "u7"))[0][0] == "error"


async def test_users_are_added_to_a_list_and_removed(office: Office) -> None:
    await list_named(office, "vips")
    await told(
        office, workflow("update_list", list_id="{{ data.list }}", action="add"), "ada", "bob", data={"list": "vips"}
    )
    assert await members(office, "vips") == ["ada", "bob"]
    assert await outcomes(office) == [("step_completed", {"list_id": "vips", "action": "add"})]
    await told(office, workflow("subscriberlistoperation_removeuser", list_id="vips"), "bob", key="leaving")
    assert await members(office, "vips") == ["ada"]


async def test_a_list_is_created_only_if_it_is_said(office: Office) -> None:
    await told(office, workflow("subscriberlistoperation_adduser", list_id="new"))
    assert await outcomes(office) == [("error", {"reason": "update_list: there is no list 'new'"})]
    text = workflow(
        "update_list", list_id="new", action="add", create_list_if_missing=True, list_name="New {{ data.x }}"
    )
    await told(office, text, "bob", data={"x": 1})
    found = await office.directory.lists.find(place(office, LISTS, "new"))
    assert found is not None
    assert (found.name, await members(office, "new")) == ("New 1", ["bob"])


async def test_the_actor_and_others_may_be_members(office: Office) -> None:
    await list_named(office, "vips")
    await office.identify("eve")
    text = workflow("update_list", list_id="vips", action="add", user_selection=["recipient", "actor"])
    await told(office, text, actor=office.user("eve"))
    assert await members(office, "vips") == ["ada", "eve"]
    await told(office, text, "bob")
    assert await outcomes(office, "bob") == [("error", {"reason": "update_list: nobody acted: the run has no actor"})]
    others = workflow("update_list", list_id="vips", action="add", users="{{ data.members }}")
    await told(office, others, "cleo", data={"members": ["x", {"id": "y"}]})
    assert await members(office, "vips") == ["ada", "eve", "x", "y"]


async def test_recipients_subscribe_to_an_object_and_unsubscribe(office: Office) -> None:
    await create(office, "projects", "p1")
    named = {"collection": "projects", "object_id": "p1"}
    text = workflow("update_subscription", **named, action="subscribe", properties={"role": "{{ data.role }}"})
    await told(office, text, "ada", "bob", data={"role": "lead"})
    assert await subscribers(office, "projects", "p1") == {"ada": {"role": "lead"}, "bob": {"role": "lead"}}
    leaving = workflow("objectoperation_removesubscription", object_type="projects", object_id="p1")
    await told(office, leaving, "bob", key="leaving")
    assert await subscribers(office, "projects", "p1") == {"ada": {"role": "lead"}}


async def test_an_object_to_subscribe_to_is_created_only_if_it_is_said(office: Office) -> None:
    named = {"collection": "projects", "object_id": "new", "action": "subscribe"}
    await told(office, workflow("update_subscription", **named))
    assert await outcomes(office) == [("error", {"reason": "update_subscription: 'new' is not known in projects"})]
    await told(office, workflow("update_subscription", **named, create_object_if_missing=True), "bob")
    assert await subscribers(office, "projects", "new") == {"bob": {}}


async def test_an_audience_has_new_members(office: Office) -> None:
    await told(office, workflow("update_audience", audience_key="beta", action="add"))
    ada = await read(office, USERS, "ada")
    found = await read_audiences(office.pool, office.environment_id, [ada])
    assert found == {ada.place: frozenset({"beta"})}
    await told(office, workflow("update_audience", audience_key="beta", action="remove"), key="leaving")
    assert await subscribers(office, AUDIENCES, "beta") == {}


@pytest.mark.parametrize("type", ["update_user", "update_list", "update_subscription"])
async def test_a_page_that_is_carried_out_again_writes_nothing(
    office: Office, type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies after the writes and before the runs move; somebody undoes the writes meanwhile."""
    await list_named(office, "vips", tracks_entry=True)
    await create(office, "projects", "p1")
    all_settings: dict[str, dict[str, Any]] = {
        "update_user": {"properties": {"count": "{{ recipient.count | plus: 1 }}"}},
        "update_list": {"list_id": "vips", "action": "add"},
        "update_subscription": {"collection": "projects", "object_id": "p1", "action": "subscribe"},
    }
    ada = await office.identify("ada")

    class DiedError(Exception):
        pass

    async def dies(*_: Any) -> None:
        raise DiedError

    with monkeypatch.context() as patched:
        patched.setattr("addressee.messaging.runs.passes.passes.move", dies)
        with pytest.raises(DiedError):
            await told(office, workflow(type, **all_settings[type]))
    vips = await office.directory.lists.find(place(office, LISTS, "vips"))
    assert vips is not None
    await office.directory.lists.remove(vips, vips.uid, ["ada"])
    await office.directory.subscriptions.delete(await read(office, "projects", "p1"), [ada])
    await office.work()
    assert (await outcomes(office))[0][0] == "step_completed"
    assert (await read(office, USERS, "ada")).properties == ({"count": 1} if type == "update_user" else {})
    assert await members(office, "vips") == []
    assert await subscribers(office, "projects", "p1") == {}


async def test_workflows_that_lead_to_each_other_come_to_an_end(office: Office) -> None:
    await list_named(office, "vips", tracks_entry=True)
    text = f"""events: ["$USER_ENTERED_LIST - vips"]
steps:
  - ref: leave
    type: update_list
    settings: {{list_id: vips, action: remove}}
  - ref: update
    type: update_list
    settings: {{list_id: vips, action: add}}
{FEED}"""
    await told(office, text)
    for _ in range(20):
        await office.pass_time(timedelta(seconds=1))
    runs = await office.recipient_runs()
    assert len(runs) == 9
    reasons = [
        entry["data"]["reason"]
        for run in runs
        for entry in msgspec.json.decode(run["journal"])
        if entry["status"] == "error"
    ]
    assert set(reasons) == {"update_list: workflows cause each other's events at most 8 deep"}


async def test_who_was_deleted_meanwhile_does_not_come_back(office: Office) -> None:
    text = "steps:\n  - ref: wait\n    delay: {minutes: 1}\n" + workflow("update_user", properties={"x": 1})[7:]
    await told(office, text)
    await office.delete("ada")
    await office.pass_time(timedelta(minutes=2))
    found = await office.directory.read(office.user("ada"))
    assert found is None or not found.lives


async def test_what_a_file_says_wrong_is_named_with_its_line(office: Office) -> None:
    text = """steps:
  - ref: one
    type: update_user
    settings: {user_id: x}
  - ref: two
    type: update_user
    settings:
      properties: {channel_data: {}}
  - ref: three
    type: update_object
    settings: {properties: {a: 1}, object_id: x}
  - ref: four
    type: update_list
    settings:
      list_id: "{{ secrets.token }}"
      user_selection: [everybody]
  - ref: five
    type: update_subscription
    settings: {action: subscribe}
  - ref: six
    type: update_user
    settings:
      properties: "{{ data.x | nothing }}"
"""
    with pytest.raises(ConfigurationError) as refused:
        await office.push({**FILES, "workflows/updating.yaml": text})
    found = {str(problem).removeprefix("workflows/updating.yaml:") for problem in refused.value.problems}
    assert found == {
        "4: 'update_properties' is missing",
        "7: channel_data cannot be updated by a step",
        "11: an object is named by 'collection' and 'object_id'",
        "14: 'action' is missing: add or remove",
        "15: secrets are for http_fetch steps only: what others make is stored, and shown",
        "16: 'everybody' is neither recipient nor actor",
        "19: an object is named by 'collection' and 'object_id'",
        "23: this is not Liquid: unknown filter 'nothing'",
    }
