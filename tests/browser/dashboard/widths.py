"""The width that a page needs."""

from playwright.async_api import Page

# The longest that a time can be in English.
LONGEST_TIME = "Nov 30, 2026, 12:56:53 PM"

WIDTH = """
text => {
  for (const time of document.querySelectorAll("time")) time.textContent = text;
  return document.documentElement.scrollWidth;
}
"""


async def needed_width(page: Page) -> int:
    """Returns the width that a page needs in pixels, whatever time its times tell."""
    width: int = await page.evaluate(WIDTH, LONGEST_TIME)
    return width
