"""How the workflows of an environment are named to people."""

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
