"""E-mails look the same once their sheets are inlined, in wide windows and narrow ones, and without any sheet too."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page

from addressee.channels.email.html.inlining import with_inlined_css
from addressee.channels.email.html.mjml import html_of_mjml

WIDE, NARROW = 800, 400

NEWSLETTER = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>News</title>
<style>
  body { margin: 0; background: #eef1f6; font-family: sans-serif; color: #222 }
  .sheet { width: 600px; margin: 24px auto; background: #ffffff; border-collapse: collapse; border-radius: 6px }
  .head td { background: #3b5bdb; color: #fff; padding: 20px 24px; font-size: 22px }
  td.column { width: 50%; padding: 16px 24px; vertical-align: top }
  td.column > h2 { margin: 0 0 8px; font-size: 18px }
  p { line-height: 1.5; margin: 0 0 12px }
  p.note { color: #667 !important; font-size: 13px }
  a.button { display: inline-block; background: #3b5bdb; color: white; padding: 10px 18px; text-decoration: none }
  a.button:hover { background: #222 }
  ul li:first-child { font-weight: bold }
  .preview { display: none }
</style>
<style media="screen and (max-width: 500px)">.head td { font-size: 28px }</style>
<style>
  @media (max-width: 500px) {
    .sheet { width: 100%; margin: 0 }
    td.column { display: block; width: auto }
    a.button { display: block; text-align: center }
  }
</style></head>
<body>
<div class="preview">Two things are new this month</div>
<table class="sheet">
  <tr class="head"><td colspan="2">Acme &amp; friends</td></tr>
  <tr>
    <td class="column"><h2>Faster</h2><p>Everything takes half as long.</p><ul><li>Lists</li><li>Pages</li></ul></td>
    <td class="column" style="background: #fff8e1"><h2>Quieter</h2><p>One e-mail a day, not ten.</p>
      <p><a class="button" href="https://example.com/">Read on</a></p></td>
  </tr>
  <tr><td colspan="2" class="column"><p class="note" style="color: red">You asked for this.</p></td></tr>
</table>
</body></html>"""

MJML = """<mjml><mj-head>
<mj-attributes><mj-all font-family="sans-serif" /></mj-attributes>
<mj-style>
  .strong { color: #c92a2a; font-weight: bold }
  @media (max-width: 500px) { .strong { color: #2b8a3e } }
</mj-style>
</mj-head><mj-body background-color="#eef1f6">
<mj-section background-color="#fff">
<mj-column><mj-text>Left, and <span class="strong">strong</span></mj-text></mj-column>
<mj-column><mj-button href="https://example.com/">Right</mj-button></mj-column></mj-section>
</mj-body></mjml>"""

# The computed styles of every element that is shown, but for what the sheets themselves are.
STYLES = """() => [...document.body.querySelectorAll('*')].filter(each => each.tagName !== 'STYLE').map(each => {
  const style = getComputedStyle(each);
  return [each.tagName, Object.fromEntries([...style].map(name => [name, style.getPropertyValue(name)]))];
})"""

SHEETS = re.compile(r"<style.*?</style>", re.DOTALL)


async def styles(page: Page, html: str, width: int) -> list[Any]:
    await page.set_viewport_size({"width": width, "height": 700})
    await page.set_content(html)
    found: list[Any] = await page.evaluate(STYLES)
    return found


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("html", [NEWSLETTER, html_of_mjml(MJML)], ids=["html", "mjml"])
async def test_every_element_looks_as_before(page: Page, html: str, width: int) -> None:
    assert await styles(page, with_inlined_css(html), width) == await styles(page, html, width)


async def test_without_sheets_it_looks_as_it_does_in_a_wide_window(page: Page) -> None:
    bare = SHEETS.sub("", with_inlined_css(NEWSLETTER))
    assert "<style" not in bare
    assert await styles(page, bare, WIDE) == await styles(page, NEWSLETTER, WIDE)


async def test_what_the_pointer_changes_still_does(page: Page) -> None:
    await page.set_content(with_inlined_css(NEWSLETTER))
    await page.hover("a.button")
    assert (
        await page.eval_on_selector("a.button", "each => getComputedStyle(each).backgroundColor") == "rgb(34, 34, 34)"
    )
