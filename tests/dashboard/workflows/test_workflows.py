"""The pages of workflows: all, one with its diagram, versions, and what differs between two."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from addressee.database.paging import PageRequest
from addressee.directory.directory import Directory
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.workflows.conftest import Push
from tests.support.browsing import load, submit

At = Callable[..., str]

HOSTILE = "<script>alert(1)</script> 😀 \u202eleft"

INVOICE = """
name: Invoice
events: [invoice.due]
steps:
  - ref: size
    type: branch
    branches:
      - name: large
        conditions: data.amount > 1000
        steps:
          - {ref: call, in_app: {body: "Somebody will call you"}}
        terminates: true
      - name: others
        steps:
          - {ref: pause, delay: 30m}
  - {ref: mail, email: {subject: "Invoice {{ data.number }}", html: "<p>Hello</p>"}}
"""


async def test_without_workflows_the_page_says_how_to_push_one(viewer: httpx.AsyncClient, at: At) -> None:
    page = await load(viewer, at("workflows"))
    assert "There are no workflows in this environment." in page.text
    assert "addressee push FOLDER" in page.text


async def test_workflows_with_their_steps_and_versions(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"workflows/invoice.yaml": INVOICE, "workflows/off.yaml": f"active: false\n{INVOICE}"})
    page = await load(viewer, at("workflows"))
    first, second = page.one("tbody").all("tr")
    assert [cell.text for cell in first.all("td")][:2] == ["On", "Branch In-app Delay E-mail"]
    assert first.all("td")[2].text.startswith("Version 1 20")
    assert first.all("td")[3].text == "Not yet"
    assert first.one("a", href=at("workflows", "invoice")).text == "Invoice"
    assert second.all("td")[0].text == "Off"


async def test_a_workflow_is_drawn_and_listed(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"workflows/invoice.yaml": INVOICE})
    page = await load(viewer, at("workflows", "invoice"))
    svg = page.one("svg", role="img")
    assert svg.one("title", id="diagram-title").text == "Steps of Invoice"
    names = [box.one("text", **{"class": "name"}).text for box in svg.all("g")]
    assert names == ["Trigger", "size", "call", "pause", "mail"]
    labels = svg.all("svg", **{"class": "label"})
    assert [label.one("title").text for label in labels] == ["large: if data.amount > 1000", "others: otherwise"]
    assert [end.one("text").text for end in svg.all("svg", **{"class": "end"})] == ["Run ends", "End"]
    listed = page.one("section", **{"aria-labelledby": "steps-title"})
    assert [head.text for head in listed.all("p", **{"class": "head"})] == [
        "Branch size",
        "In-app call",
        "Delay pause",
        "E-mail mail",
    ]
    assert "by the event invoice.due" in svg.text
    assert "style" not in {name for element in page.below() for name in element.attributes}


async def test_an_unknown_workflow_or_version(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"workflows/invoice.yaml": INVOICE})
    for path in (
        at("workflows", "nothing"),
        at("workflows", HOSTILE),
        at("workflows", "../x%?/ y"),
        at("workflows", "invoice", "versions", 2),
        at("workflows", "invoice", "versions", "¹"),
        at("workflows", "invoice", "versions", "9" * 30),
        at("workflows", "invoice", "compare", **{"from": "x", "to": 1}),
    ):
        answer = await viewer.get(path)
        assert answer.status_code == 404
        assert "<script>alert" not in answer.text


async def test_hostile_names_and_templates_are_texts(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    step = f"ref: '{HOSTILE}'\n    in_app: {{body: '{HOSTILE} {'x' * 50_000}'}}"
    text = f"name: '{HOSTILE}'\ndescription: '{HOSTILE}'\nsteps:\n  - {step}\n"
    await push({"workflows/a.yaml": text})
    await push({"workflows/a.yaml": text.replace("description", "tags: [b]\ndescription")})
    for path in (
        at("workflows"),
        at("workflows", "a"),
        at("workflows", "a", "versions"),
        at("workflows", "a", "versions", 1),
        at("workflows", "a", "compare"),
    ):
        answer = await viewer.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert" in answer.text
        assert len(answer.content) < 200_000


async def test_versions_and_the_templates_of_one(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"workflows/invoice.yaml": INVOICE})
    await push({"workflows/invoice.yaml": INVOICE.replace("Hello", "Goodbye")})
    page = await load(viewer, at("workflows", "invoice", "versions"))
    assert [row.one("th").text for row in page.one("tbody").all("tr")] == ["Version 2 Current", "Version 1"]
    page = await load(viewer, at("workflows", "invoice", "versions", 1))
    assert "<p>Hello</p>" in [each.text for each in page.all("pre")]


async def test_a_long_template_is_cut_until_all_of_it_is_asked_for(
    viewer: httpx.AsyncClient, at: At, push: Push
) -> None:
    long = "a" * 3000
    await push({"workflows/a.yaml": f"steps:\n  - {{ref: feed, in_app: {{body: {long}}}}}"})
    path = at("workflows", "a", "versions", 1)
    assert [each.text for each in (await load(viewer, path)).all("pre")] == [f"{'a' * 2000}…"]
    page = await load(viewer, at("workflows", "a", "versions", 1, whole="feed"))
    assert [each.text for each in page.all("pre")] == [long]


async def test_what_differs_between_two_versions(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"workflows/invoice.yaml": INVOICE})
    changed = (
        INVOICE.replace("Hello", "Goodbye").replace("name: Invoice", "name: Bill").replace("ref: pause", "ref: rest")
    )
    await push({"workflows/invoice.yaml": changed})
    page = await load(viewer, at("workflows", "invoice", "compare"))
    assert [heading.text for heading in page.one("main").all("h2")] == [
        "Settings changed",
        "pause removed",
        "rest added",
        "mail changed",
    ]
    mail = page.all("div", **{"aria-label": "Lines of mail"})[0]
    assert [line.text for line in mail.all("del")] == ["− html: <p>Hello</p>"]
    assert [line.text for line in mail.all("ins")] == ["+ html: <p>Goodbye</p>"]
    page = await load(viewer, at("workflows", "invoice", "compare", **{"from": 2, "to": 2}))
    assert "These versions say the same." in page.text


async def test_an_editor_switches_a_workflow_off_and_on(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, operators: Operators, environment: Environment
) -> None:
    await push({"workflows/invoice.yaml": INVOICE})
    path = at("workflows", "invoice", "switch")
    form = (await load(editor, at("workflows", "invoice"))).one("form", action=path)
    answer = await submit(editor, form)
    assert "The workflow is switched off." in answer.text
    form = (await load(editor, at("workflows", "invoice"))).one("form", action=path)
    assert "The workflow is switched on." in (await submit(editor, form)).text
    acts = await operators.acts.list(environment.id, PageRequest(10))
    assert [(act.name, act.subject, act.detail) for act in acts.entries] == [
        ("workflows.switch", "invoice", {"active": True}),
        ("workflows.switch", "invoice", {"active": False}),
    ]


async def test_a_viewer_sees_no_switch(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"workflows/invoice.yaml": INVOICE})
    page = await load(viewer, at("workflows", "invoice"))
    assert page.all("form", action=at("workflows", "invoice", "switch")) == []
