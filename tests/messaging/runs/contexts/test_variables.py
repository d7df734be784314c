"""Variables of templates besides people and data, under the names that templates of Knock read."""

from typing import Any

from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from tests.messaging.office import FILES, Office

WORKFLOW = """
commercial: true
steps:
  - ref: feed
    in_app:
      body: |
        `{{ timestamp | date: "%Y-%m-%dT%H" }} {{ workflow.commercial }}
        {{ workflow.override_preferences }} {{ activities[0].page }} {{ activities[0].data.page }}
        {{ vars.branding.primary_color }} {{ vars.branding.accent }} {{ vars.branding.logo_url }}`
"""
VARIABLES = "branding: {primary_color: '#111111', accent: blue}"


async def body(office: Office, **rest: Any) -> str:
    files = {**FILES, "workflows/seen.yaml": WORKFLOW, "variables.yaml": VARIABLES}
    await office.push(files)
    await office.identify("ada")
    await office.trigger("ada", workflow="seen", **rest)
    await office.work()
    (item,) = await office.bodies()
    return item.removeprefix("<p><code>").removesuffix("</code></p>")


async def test_templates_see_the_trigger_the_workflow_and_its_activities(office: Office) -> None:
    hour = office.clock.now().strftime("%Y-%m-%dT%H")
    assert await body(office, data={"page": "Plans"}) == (f"{hour} true false Plans Plans #111111 blue ")


async def test_the_branding_of_the_tenant_stands_over_that_of_the_variables(office: Office) -> None:
    place = Place(office.environment_id, TENANTS, "acme")
    branding = {"primary_color": "#1a7f37", "logo_url": "https://acme.example/logo.png"}
    await office.directory.write(Write(place, (Identify(attributes={"branding": branding}),)))
    assert (await body(office, tenant="acme")).endswith("#1a7f37 blue https://acme.example/logo.png")


async def test_data_of_the_name_hide_the_time(office: Office) -> None:
    assert (await body(office, data={"timestamp": "2020-01-01T05:00:00Z"})).startswith("2020-01-01T05 ")
