"""How the workflows of an environment are named to people."""

import pytest

from addressee.database.paging import PageRequest
from addressee.messaging.errors import WorkflowMissingError
from addressee.messaging.workflows.listing import NamedWorkflow
from tests.messaging.office import IN_APP, Office

STEPS = "steps:\n  - {ref: feed, channel: in-app, template: {body: hello}}"


async def test_workflows_by_key(office: Office) -> None:
    assert await office.messaging.workflows.list(office.environment_id) == []
    await office.push(
        {
            "channels/in-app.yaml": IN_APP,
            "workflows/b.yaml": f"name: Bye\nactive: false\n{STEPS}",
            "workflows/a.yaml": f"in_preferences: true\n{STEPS}",
        }
    )
    assert await office.messaging.workflows.list(office.environment_id) == [
        NamedWorkflow("a", "a", in_preferences=True),
        NamedWorkflow("b", "Bye", in_preferences=False),
    ]
    assert await office.messaging.workflows.list(office.environment_id + 1) == []


async def test_a_version_from_before_there_was_the_word(office: Office) -> None:
    await office.push({"channels/in-app.yaml": IN_APP, "workflows/a.yaml": STEPS})
    statement = "UPDATE addressee.workflow_versions SET content = content - 'in_preferences' WHERE environment_id = $1"
    await office.pool.execute(statement, office.environment_id)
    assert await office.messaging.workflows.list(office.environment_id) == [
        NamedWorkflow("a", "a", in_preferences=False)
    ]


async def test_workflows_that_use_a_channel(office: Office, other: Office) -> None:
    files = {
        "channels/in-app.yaml": IN_APP,
        "channels/second.yaml": IN_APP,
        "workflows/a.yaml": f"name: First\n{STEPS}",
        "workflows/b.yaml": STEPS.replace("in-app", "second"),
        "workflows/c.yaml": f"active: false\n{STEPS}",
    }
    await office.push(files)
    await other.push(files)
    found = await office.messaging.workflows.using(office.environment_id, "in-app")
    assert [workflow.key for workflow in found] == ["a", "c"]
    assert await office.messaging.workflows.using(office.environment_id, "missing") == []


async def test_a_workflow_with_its_current_version_and_when_it_ran(office: Office) -> None:
    await office.push({"channels/in-app.yaml": IN_APP, "workflows/a.yaml": f"events: [joined]\n{STEPS}"})
    workflows = office.messaging.workflows
    (first,) = await workflows.overviews(office.environment_id)
    assert (first.key, first.active, first.events, first.ran_at) == ("a", True, ["joined"], None)
    assert (first.version.number, first.workflow.name) == (1, "a")
    await office.push(
        {"workflows/a.yaml": f"name: New\n{STEPS}", "workflows/b.yaml": STEPS, "channels/in-app.yaml": IN_APP}
    )
    second, other = await workflows.overviews(office.environment_id)
    assert (second.version.number, second.workflow.name, second.events) == (2, "New", [])
    assert (other.key, other.version.number) == ("b", 1)
    assert await workflows.overview(office.environment_id, "a") == second
    with pytest.raises(WorkflowMissingError):
        await workflows.overview(office.environment_id + 1, "a")
    await office.identify("ada")
    triggered_at = office.clock.now()
    await office.trigger("ada", workflow="a")
    await office.work()
    assert (await workflows.overview(office.environment_id, "a")).ran_at == triggered_at


async def test_versions_of_a_workflow_are_numbered_as_they_were_pushed(office: Office) -> None:
    for name in ("One", "Two", "Three"):
        await office.push(
            {"channels/in-app.yaml": IN_APP, "workflows/a.yaml": f"name: {name}\n{STEPS}", "workflows/b.yaml": STEPS}
        )
    workflows = office.messaging.workflows
    page = await workflows.versions(office.environment_id, "a", PageRequest(2))
    assert [each.number for each in page.entries] == [3, 2]
    page = await workflows.versions(office.environment_id, "a", PageRequest(2, after=2))
    assert [each.number for each in page.entries] == [1]
    found = await workflows.version(office.environment_id, "a", 2)
    assert found is not None
    assert (found.version.number, found.workflow.name) == (2, "Two")
    assert await workflows.version(office.environment_id, "a", 4) is None
    assert await workflows.version(office.environment_id, "a", 0) is None
    assert await workflows.version(office.environment_id + 1, "a", 1) is None


async def test_a_workflow_that_was_switched_off_stays_so_until_its_file_says_otherwise(office: Office) -> None:
    files = {"channels/in-app.yaml": IN_APP, "workflows/a.yaml": STEPS}
    await office.push(files)
    workflows = office.messaging.workflows
    await workflows.switch(office.environment_id, "a", active=False)
    assert not (await workflows.overview(office.environment_id, "a")).active
    with pytest.raises(WorkflowMissingError):
        await workflows.switch(office.environment_id + 1, "a", active=True)
    await office.push(files)
    assert not (await workflows.overview(office.environment_id, "a")).active
    await office.push({**files, "workflows/a.yaml": f"{STEPS}\nactive: true"})
    assert (await workflows.overview(office.environment_id, "a")).active


async def test_taking_out_that_a_workflow_is_off_switches_it_on(office: Office) -> None:
    files = {"channels/in-app.yaml": IN_APP, "workflows/a.yaml": STEPS}
    await office.push({**files, "workflows/a.yaml": f"{STEPS}\nactive: false"})
    assert not (await office.messaging.workflows.overview(office.environment_id, "a")).active
    await office.push(files)
    assert (await office.messaging.workflows.overview(office.environment_id, "a")).active
