"""Test runs: what would be sent, as it would look, without sending it; and a button that really sends."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import httpx

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.operators.operators import Operators
from tests.conftest import Environment
from tests.dashboard.workflows.conftest import Push
from tests.support.browsing import load, submit
from tests.support.html import Element, parse

At = Callable[..., str]

HOSTILE = "<script>alert(1)</script>"

BRANCHY = """
name: Invoice
trigger_data_json_schema:
  type: object
  required: [amount]
  properties: {amount: {type: number, examples: [12]}, number: {type: string}}
steps:
  - {ref: feed, in_app: {body: "**{{ data.number }}** is due", action_url: "https://app.example/i"}}
  - ref: size
    type: branch
    branches:
      - name: large
        conditions: data.amount > 1000
        steps:
          - {ref: text, sms: {body: "Hi {{ recipient.name }} €"}}
      - name: others
        steps:
          - {ref: pause, delay: 30m}
          - ref: mail
            email:
              subject: "Invoice {{ data.nmber }}"
              html: "<p>Hello {{ recipient.name }}</p>"
              text: "Hello in text"
"""


async def add(directory: Directory, environment: Environment, id: str, **attributes: str) -> None:
    place = Place(environment.id, USERS, id)
    await directory.write(Write(place, (Identify(attributes=attributes),)))


def message(page: Element, ref: str) -> Element:
    (found,) = [
        each for each in page.all("li", **{"class": "card message"}) if ref in [bdi.text for bdi in each.all("bdi")]
    ]
    return found


async def test_the_form_begins_with_an_example_of_the_schema(editor: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"workflows/invoice.yaml": BRANCHY})
    page = await load(editor, at("workflows", "invoice", "test"))
    assert page.one("textarea", id="f-data").text == '{ "amount": 12, "number": "" }'
    assert "What would happen" not in page.text


async def test_a_run_is_shown_as_it_would_look_and_nothing_is_sent(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, environment: Environment, pool: Pool
) -> None:
    await push({"workflows/invoice.yaml": BRANCHY})
    await add(directory, environment, "ada", name=f"Ada {HOSTILE}", email="ada@example.com", phone_number="+4930123456")
    data = '{"amount": 12, "number": "A-7"}'
    page = await load(editor, at("workflows", "invoice", "test", person="ada", data=data))
    mail = message(page, "mail")
    assert [each.text for each in mail.one("dl").all("dd")] == [
        "Example <hello@example.com>",
        "ada@example.com",
        "Invoice",
    ]
    assert mail.one("pre").text == "Hello in text"
    frames = mail.all("iframe")
    assert [frame.attributes["title"] for frame in frames] == ["E-mail mail on a phone", "E-mail mail on a desktop"]
    for frame in frames:
        assert "sandbox" in frame.attributes
        answer = await editor.get(frame.attributes["src"] or "")
        assert answer.text == "<p>Hello Ada &lt;script&gt;alert(1)&lt;/script&gt;</p>"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    item = await editor.get(message(page, "feed").one("iframe").attributes["src"] or "")
    assert "<strong>A-7</strong> is due" in item.text
    assert "Leads to https://app.example/i" in message(page, "feed").text
    assert "there is no data.nmber ; did you mean data.number ?" in page.text
    counted = await pool.fetchval(
        "SELECT count(*) FROM addressee.workflow_runs WHERE environment_id = $1", environment.id
    )
    assert counted == 0


async def test_a_frame_of_nothing(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, environment: Environment
) -> None:
    await push({"workflows/invoice.yaml": BRANCHY})
    await add(directory, environment, "ada", name="Ada", phone_number="+4930123456")
    asked = {"person": "ada", "data": '{"amount": 1001}'}
    for query in (
        {},
        {**asked, "message": "99"},
        {**asked, "message": "x"},
        {**asked, "message": "0", "person": "bob"},
    ):
        answer = await editor.get(at("workflows", "invoice", "test", "frame", **query))
        assert answer.status_code == 404


async def test_a_text_tells_its_segments(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, environment: Environment
) -> None:
    await push({"workflows/invoice.yaml": BRANCHY})
    await add(directory, environment, "ada", name="Ada", phone_number="+4930123456")
    page = await load(editor, at("workflows", "invoice", "test", person="ada", data='{"amount": 1001}'))
    assert "8 characters, 1 segment, to +4930123456" in message(page, "text").text
    assert not any("mail" in each.text.split() for each in page.all("h3"))


async def test_a_message_that_would_not_be_sent_says_why(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, environment: Environment
) -> None:
    await push({"workflows/invoice.yaml": BRANCHY})
    await add(directory, environment, "ada", name="Ada")
    page = await load(editor, at("workflows", "invoice", "test", person="ada", data='{"amount": 1}'))
    assert "Would not be sent" in message(page, "mail").text


async def test_an_earlier_version_is_tried(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, environment: Environment
) -> None:
    await push({"workflows/a.yaml": "steps:\n  - {ref: feed, in_app: {body: Before}}"})
    await push({"workflows/a.yaml": "steps:\n  - {ref: feed, in_app: {body: After}}"})
    await add(directory, environment, "ada", name="Ada")
    for version, text in (("1", "Before"), ("2", "After"), ("", "After")):
        page = await load(editor, at("workflows", "a", "test", person="ada", version=version))
        answer = await editor.get(page.one("iframe").attributes["src"] or "")
        assert f"<p>{text}</p>" in answer.text


async def test_a_template_that_fails_says_where(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, environment: Environment
) -> None:
    body = '"Hello\\n\\n{% for i in (1..data.many) %}{{ i }}{% endfor %}"'
    await push({"workflows/a.yaml": f"steps:\n  - {{ref: mail, email: {{subject: Hi, text: {body}}}}}"})
    await add(directory, environment, "ada", name="Ada", email="ada@example.com")
    page = await load(editor, at("workflows", "a", "test", person="ada", data='{"many": 900000000}'))
    failure = message(page, "mail").one("p", role="alert").text
    assert failure.startswith("The template could not be rendered. line 3:")


async def test_mistakes_are_shown_beside_their_fields(editor: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"workflows/invoice.yaml": BRANCHY})
    for query, field, says in (
        ({"person": "nobody"}, "person", "There is no person with the id 'nobody' in this environment."),
        ({"person": HOSTILE}, "person", f"There is no person with the id '{HOSTILE}' in this environment."),
        ({"data": "{"}, "data", "This is not JSON:"),
        ({"data": "[1]"}, "data", "This must be a JSON object"),
        ({"data": '{"a": "' + "x" * 24_000 + '"}'}, "data", "This is too long for a test"),
        ({"version": "-1"}, "version", "A version is a number, like 3."),
        ({"version": "7"}, "version", "There is no version 7 of this workflow."),
        ({"tenant": "acme"}, "tenant", "There is no tenant with the id 'acme' in this environment."),
        ({"actor": "bob"}, "actor", "There is no person with the id 'bob' in this environment."),
    ):
        answer = await editor.get(at("workflows", "invoice", "test", **query))
        assert answer.status_code == 422
        page = parse(answer.text)
        assert says in page.one("p", id=f"h-{field}").text
        assert "<script>alert" not in answer.text


async def test_data_that_the_schema_does_not_allow(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, environment: Environment
) -> None:
    await push({"workflows/invoice.yaml": BRANCHY})
    await add(directory, environment, "ada", name="Ada")
    answer = await editor.get(at("workflows", "invoice", "test", person="ada", data='{"amount": "x"}'))
    assert answer.status_code == 422
    assert "The workflow's schema does not allow this data. data.amount:" in parse(answer.text).text


async def test_a_run_is_really_started_and_the_act_is_recorded(
    editor: httpx.AsyncClient,
    at: At,
    push: Push,
    directory: Directory,
    environment: Environment,
    operators: Operators,
    pool: Pool,
) -> None:
    await push({"workflows/invoice.yaml": BRANCHY})
    await add(directory, environment, "ada", name="Ada")
    page = await load(editor, at("workflows", "invoice", "test", person="ada", data='{"amount": 12}'))
    editor.follow_redirects = False
    answer = await submit(editor, page.one("form", action=at("workflows", "invoice", "test", "send")))
    assert answer.status_code == 303
    run = await pool.fetchrow(
        "SELECT id, workflow, data::text FROM addressee.workflow_runs WHERE environment_id = $1", environment.id
    )
    assert run is not None
    assert (run["workflow"], run["data"]) == ("invoice", '{"amount": 12}')
    assert answer.headers["location"] == at("runs", UUID(str(run["id"])), notice="run-started")
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.subject, act.detail) == ("workflows.trigger", "ada", {"workflow": "invoice", "version": 1})


async def test_a_workflow_that_is_switched_off_is_not_sent(
    editor: httpx.AsyncClient, at: At, push: Push, directory: Directory, environment: Environment
) -> None:
    await push({"workflows/invoice.yaml": f"active: false\n{BRANCHY}"})
    await add(directory, environment, "ada", name="Ada")
    page = await load(editor, at("workflows", "invoice", "test", person="ada", data='{"amount": 12}'))
    assert "The workflow is switched off, so that a trigger of it would be refused." in page.text
    answer = await submit(editor, page.one("form", action=at("workflows", "invoice", "test", "send")))
    assert answer.status_code == 422
    assert "is switched off" in parse(answer.text).one("p", role="alert").text
