"""Layouts and partials of an environment in what people get: as they are when a message is rendered."""

from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest

from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, Layout, Partial
from addressee.messaging.preview.model import PreviewedMessage
from addressee.messaging.preview.simulations import Simulation
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.messaging.workflows.shared_templates.store import read_named_templates, read_shared_templates
from tests.messaging.office import IN_APP, OUTBOX, Office, write_files

TEMPLATES = {
    "layouts/main.liquid": (
        "<body>{% render 'brand', logo: tenant.settings.branding.logo_url %}{{ content }}"
        "<i>{{ workflow.name }} for {{ recipient.name }}, {{ vars.company }}</i></body>"
    ),
    "layouts/main.text.liquid": "{{ content }}\n{{ vars.company }}",
    "partials/brand.liquid": "<img src=\"{{ logo }}\">{% render 'name' %}",
    "partials/name.liquid": "<b>{{ tenant.name }}</b>",
    "partials/who.liquid": "**{{ who.name }}**",
}
FILES = {
    "channels/email.yaml": OUTBOX,
    "channels/in-app.yaml": IN_APP,
    "variables.yaml": "company: Smith & Sons",
    "workflows/said.yaml": """
name: Said
steps:
  - ref: feed
    in_app: {body: "{% render 'who', who: actor %} said {{ data.word }}"}
  - ref: mail
    email:
      subject: "{{ data.word }}"
      html: "<p>{{ actor.name }} said {{ data.word }}</p>"
      text: "{{ actor.name }} said {{ data.word }}"
      settings: {layout_key: main}
""",
    **TEMPLATES,
}

SAID = (
    '<body><img src="https://acme.example/logo.png"><b>Acme</b><p>Bob said &lt;hi&gt;</p>'
    "<i>Said for Ada, Smith &amp; Sons</i></body>"
)


@pytest.fixture(autouse=True)
async def people(office: Office) -> None:
    await office.push(FILES)
    await office.identify("ada", email="ada@example.com")
    await office.identify("bob")
    acme = Place(office.environment_id, TENANTS, "acme")
    branding = {"logo_url": "https://acme.example/logo.png"}
    await office.directory.write(
        Write(acme, (Identify(attributes={"name": "Acme"}, properties={"branding": branding}),))
    )


async def say(office: Office) -> None:
    await office.trigger("ada", workflow="said", actor=office.user("bob"), tenant="acme", data={"word": "<hi>"})
    await office.work()


async def newest(office: Office) -> dict[str, Any]:
    """What the newest messages to Ada say, by their steps."""
    rows = await office.pool.fetch(
        """
        SELECT DISTINCT ON (step_ref) step_ref, content
        FROM addressee.messages
        WHERE environment_id = $1
          AND recipient_id = 'ada'
        ORDER BY step_ref, inserted_at DESC, id DESC
        """,
        office.environment_id,
    )
    return {row["step_ref"]: msgspec.json.decode(row["content"]) for row in rows}


async def test_a_message_is_laid_into_its_layout_with_its_partials(office: Office) -> None:
    await say(office)
    (file,) = office.emails()
    mail = message_from_bytes(file.read_bytes(), policy=default)
    html, text = mail.get_body(["html"]), mail.get_body(["plain"])
    assert html is not None
    assert text is not None
    assert html.get_content().strip() == SAID
    assert text.get_content().splitlines() == ["Bob said <hi>", "Smith & Sons"]
    assert (await newest(office))["feed"]["blocks"][0]["rendered"] == "<p><strong>Bob</strong> said &lt;hi&gt;</p>"


async def test_what_a_layout_says_now_counts_from_the_next_rendering_on(office: Office) -> None:
    await say(office)
    before = await office.pool.fetch("SELECT id FROM addressee.workflow_versions ORDER BY id")
    done = await office.push({"layouts/main.liquid": "<main>{{ content }}</main>"})
    assert [(each.what, str(each.effect)) for each in done if each.effect != "unchanged"] == [
        ("layout main", "changed")
    ]
    await say(office)
    assert (await newest(office))["mail"]["html"] == "<main><p>Bob said &lt;hi&gt;</p></main>"
    await office.push({"partials/who.liquid": "_{{ who.name }}_"})
    await say(office)
    assert (await newest(office))["feed"]["blocks"][0]["rendered"] == "<p><em>Bob</em> said &lt;hi&gt;</p>"
    assert await office.pool.fetch("SELECT id FROM addressee.workflow_versions ORDER BY id") == before


async def test_a_push_tells_what_is_new_and_changes_nothing_twice(office: Office) -> None:
    templates = [f"{kind} {key}" for kind, key in (("partial", "brand"), ("partial", "name"), ("partial", "who"))]
    done = {each.what: str(each.effect) for each in await office.push(FILES)}
    assert {what: done[what] for what in [*templates, "layout main", "workflow said"]} == dict.fromkeys(
        [*templates, "layout main", "workflow said"], "unchanged"
    )
    extra = {"layouts/extra.liquid": "{{ content }}"}
    assert {each.what: str(each.effect) for each in await office.push(extra)}["layout extra"] == "new"


async def test_what_a_folder_does_not_have_stays(office: Office) -> None:
    other = office.folder / "other"
    configuration = read_configuration(write_files(other, {"partials/more.liquid": "x"}), {})
    await deploy(office.pool, office.sealer, office.environment_id, configuration, office.clock.now())
    stored = await read_shared_templates(office.pool, office.environment_id)
    assert (sorted(stored.layouts), sorted(stored.partials)) == (["main"], ["brand", "more", "name", "who"])


async def test_folders_that_meet_cannot_make_partials_without_end(office: Office) -> None:
    """Each is read while the other is not stored yet."""
    folders: list[Mapping[str, str]] = [
        {"partials/name.liquid": "{% render 'who' %}"},
        {"partials/who.liquid": "{% render 'name' %}"},
    ]
    shared = await read_shared_templates(office.pool, office.environment_id)
    read = [
        read_configuration(write_files(office.folder / f"{number}", files), {}, Available(shared=shared))
        for number, files in enumerate(folders)
    ]
    now = office.clock.now()
    await deploy(office.pool, office.sealer, office.environment_id, read[0], now)
    with pytest.raises(ConfigurationError, match="a partial must not render itself: name → who → name"):
        await deploy(office.pool, office.sealer, office.environment_id, read[1], now)


async def test_simulations_and_redaction_use_the_same(office: Office) -> None:
    simulated = await office.messaging.simulations.simulate(
        Simulation(office.user("ada"), "said", [{"word": "<hi>"}], tenant="acme", actor=office.user("bob"))
    )
    messages = {each.ref: each.content for each in simulated.happened if isinstance(each, PreviewedMessage)}
    mail = messages["mail"]
    assert isinstance(mail, EmailContent)
    assert mail.html == SAID
    await say(office)
    await office.directory.write(Write(office.user("bob"), (Delete(),)))
    await office.work()
    assert (await newest(office))["mail"]["html"] == SAID.replace("Bob", "Missing user")


async def test_a_workflow_that_names_none_reads_none(office: Office) -> None:
    pool = AsyncMock()
    assert await read_named_templates(pool, office.environment_id, [], []) is NO_SHARED_TEMPLATES
    pool.fetch.assert_not_called()


async def test_only_what_is_named_is_read_with_what_that_renders(office: Office) -> None:
    read = await read_named_templates(office.pool, office.environment_id, ["main"], [])
    assert read.layouts == {
        "main": Layout(html_layout=TEMPLATES["layouts/main.liquid"], text_layout=TEMPLATES["layouts/main.text.liquid"])
    }
    assert read.partials == {key: Partial(content=TEMPLATES[f"partials/{key}.liquid"]) for key in ("brand", "name")}
    assert (await read_named_templates(office.pool, office.environment_id + 1, ["main"], ["who"])).layouts == {}
