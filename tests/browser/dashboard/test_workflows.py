"""Workflows: their diagrams, versions and test runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.async_api import Page, expect

from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.conftest import Environment
from tests.dashboard.workflows.conftest import Push, push
from tests.support.populated import client_of
from tests.support.waiting import until

__all__ = ["push"]

At = Callable[..., str]

HOSTILE = "<img src=x onerror=alert(1)>"

TRIAL = f"""
name: "Trial {HOSTILE}"
steps:
  - ref: size
    type: branch
    branches:
      - name: large
        conditions: data.seats > 10
        steps: [{{ref: call, in_app: {{body: "We call you"}}}}]
      - name: others
        steps:
          - {{ref: pause, delay: 30m}}
          - {{ref: mail, email: {{subject: "Ends", html: "<p>Dear {{{{ recipient.name }}}}, {HOSTILE}</p>"}}}}
"""


@pytest.fixture
async def workflow(push: Push, directory: Directory, environment: Environment) -> str:
    """Pushes two versions of a workflow, and adds Ada; returns its key."""
    await push({"workflows/trial.yaml": TRIAL})
    await push({"workflows/trial.yaml": TRIAL.replace("Ends", "Ends today")})
    ada = Identify(attributes={"name": "Ada", "email": "ada@example.com"})
    await directory.write(Write(Place(environment.id, USERS, "ada"), (ada,)))
    return "trial"


async def visit(page: Page, path: str) -> None:
    async def refuse(dialog: object) -> None:
        raise AssertionError("A script ran.")

    page.on("dialog", refuse)
    answer = await page.goto(path)
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(open_as: OpenAs, at: At, axe: Axe, scheme: str, workflow: str) -> None:
    page = await open_as(Role.EDITOR, color_scheme=scheme)
    for path in (
        at("workflows"),
        at("workflows", workflow),
        at("workflows", workflow, "versions"),
        at("workflows", workflow, "versions", 1),
        at("workflows", workflow, "compare"),
        at("workflows", workflow, "test", person="ada", data='{"seats": 3}'),
    ):
        await visit(page, path)
        await axe.finds_nothing(page)


async def test_without_workflows_axe_finds_nothing(open_as: OpenAs, at: At, axe: Axe) -> None:
    page = await open_as(Role.VIEWER)
    await visit(page, at("workflows"))
    await axe.finds_nothing(page)


async def test_the_steps_are_drawn(open_as: OpenAs, at: At, workflow: str) -> None:
    page = await open_as(Role.VIEWER)
    await visit(page, at("workflows"))
    await page.get_by_role("link", name=f"Trial {HOSTILE}").click()
    diagram = page.get_by_role("img", name=f"Steps of Trial {HOSTILE}")
    await expect(diagram).to_be_visible()
    for name in ("Trigger", "size", "call", "pause", "mail", "if data.seats > 10"):
        await expect(diagram.locator("text", has_text=name).first).to_be_visible()


async def test_a_phone_scrolls_the_diagram_and_not_the_page(open_as: OpenAs, at: At, workflow: str) -> None:
    page = await open_as(Role.EDITOR, viewport={"width": 360, "height": 740})
    for path in (
        at("workflows", workflow),
        at("workflows", workflow, "compare"),
        at("workflows", workflow, "test", person="ada", data='{"seats": 3}'),
    ):
        await visit(page, path)
        assert await needed_width(page) == 360


async def test_versions_are_compared_line_by_line(open_as: OpenAs, at: At, workflow: str) -> None:
    page = await open_as(Role.VIEWER)
    await visit(page, at("workflows", workflow, "versions"))
    await page.get_by_role("link", name="What changed since version 1").click()
    await expect(page.locator("del")).to_have_text("− subject: Ends")
    await expect(page.locator("ins")).to_have_text("+ subject: Ends today")


@pytest.mark.usefixtures("worker")
async def test_a_test_run_shows_the_mail_in_its_frame_and_is_really_sent_when_asked(
    open_as: OpenAs, at: At, workflow: str, environment: Environment, keys: Keys, api: str
) -> None:
    page = await open_as(Role.EDITOR)
    await visit(page, at("workflows", workflow))
    await page.get_by_role("link", name="Test run").click()
    await page.get_by_label("Person").fill("ada")
    await page.get_by_label("Data").fill('{"seats": 3}')
    await page.get_by_role("button", name="Show what would be sent").click()
    frame = page.frame_locator('iframe[title="E-mail mail on a phone"]')
    await expect(frame.locator("p")).to_contain_text("Dear Ada,")
    await page.get_by_role("button", name="Really send it to this person").click()
    await page.wait_for_url("**/runs/**")
    async with client_of(api, await keys.create(environment.name, "secret")) as client:

        async def has_run() -> bool:
            answer = await client.get("/v1/workflow_recipient_runs", params={"workflow": workflow})
            return [run["recipient"] for run in answer.raise_for_status().json()["items"]] == ["ada"]

        await until(has_run)
