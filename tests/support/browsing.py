"""What a person does in a browser without JavaScript: open a page, and send a form."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx

from tests.support.html import Element, fields_of, parse

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def load(browser: httpx.AsyncClient, path: str) -> Element:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return parse(answer.text)


async def submit(
    browser: httpx.AsyncClient, form: Element, on: tuple[str, ...] = (), off: tuple[str, ...] = (), **filled: str
) -> httpx.Response:
    """Sends a form, with some fields filled in, and some boxes ticked that were not, and the other way round."""
    fields = [(name, filled.pop(name, value)) for name, value in fields_of(form) if name != "on" or value not in off]
    assert not filled, "The form has no such fields."
    fields += [("on", value) for value in on]
    action = form.attributes["action"]
    assert action is not None
    return await browser.post(action, content=urlencode(fields), headers=FORM)


async def press(browser: httpx.AsyncClient, button: Element, form: Element) -> httpx.Response:
    """Sends a form by one of its buttons, and returns the page that follows."""
    fields = [*fields_of(form), (button.attributes["name"] or "", button.attributes["value"] or "")]
    answer = await browser.post(form.attributes["action"] or "", content=urlencode(fields), headers=FORM)
    assert answer.status_code == 200, answer.text
    assert [each.status_code for each in answer.history] == [303]
    return answer
