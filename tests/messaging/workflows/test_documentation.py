"""The page that people open first names every kind of step, leads to pages that exist, and its example works."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from addressee.messaging.steps.kinds import FORMS
from tests.messaging.office import Office

PAGE = Path(__file__).parents[3] / "docs" / "workflows.md"
LINKS = re.findall(r"\]\(([^)#:]+)(?:#([^)]+))?\)", PAGE.read_text())
ROWS = PAGE.read_text().split("## Kinds of steps\n")[1].split("\n## ")[0].splitlines()


def test_every_kind_of_step_is_in_the_table() -> None:
    named = [name for row in ROWS if row.startswith("| [") for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(FORMS)


@pytest.mark.parametrize(("file", "heading"), sorted(set(LINKS)))
def test_a_link_leads_to_a_page_and_a_heading(file: str, heading: str) -> None:
    text = (PAGE.parent / file).read_text()
    headings = [re.sub(r"[^\w -]", "", line.lstrip("#").strip().lower()) for line in re.findall("(?m)^#+ .*", text)]
    assert heading in ["", *(each.replace(" ", "-") for each in headings)]


async def test_the_example_is_sent_as_it_says(office: Office) -> None:
    shown = re.findall(r"`notifications/([^`]+)`\n\n```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(shown) == 3
    await office.push(dict(shown))
    await office.identify("ada", email="ada@example.com")
    await office.identify("bob")
    for page in ("Plans", "Budget"):
        await office.trigger("ada", workflow="mention", actor=office.user("bob"), data={"page": page})
        await office.work()
    await office.pass_time(timedelta(minutes=30))
    bodies = [item.blocks[0].rendered for item in (await office.feed("ada")).items.entries]
    assert bodies == [f"<p>Bob mentioned you in <strong>{page}</strong></p>" for page in ("Budget", "Plans")]
    [mail] = [message_from_bytes(file.read_bytes(), policy=default) for file in office.emails()]
    assert mail["Subject"] == "2 new mentions"
    assert mail.get_content().splitlines()[:2] == ["Bob in Plans", "Bob in Budget"]
