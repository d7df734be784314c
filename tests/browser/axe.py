"""Accessibility, as far as a machine can tell: axe-core with the rules of WCAG 2.2 A and AA, and its best practices."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from tests.browser.prerequisites import packages

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RUN = "([selector, tags]) => axe.run(selector ?? document, {runOnly: {type: 'tag', values: tags}})"


class Axe:
    """Runs in a page whatever its content security policy says."""

    def __init__(self) -> None:
        self._source = (packages() / "axe-core" / "axe.min.js").read_text()

    async def violations(self, page: Page, selector: str | None = None) -> list[Any]:
        """Returns what axe finds wrong with a page, or with a part of it; at least one rule has applied."""
        await page.evaluate(self._source)
        found = await page.evaluate(RUN, [selector, TAGS])
        assert found["passes"], "No rule of axe applied: is the page empty?"
        violations: list[Any] = found["violations"]
        return violations

    async def finds_nothing(self, page: Page, selector: str | None = None) -> None:
        """Fails with a readable report unless the page is in order."""
        violations = await self.violations(page, selector)
        assert not violations, "\n".join(["axe finds:", *map(described, violations)])


def described(violation: dict[str, Any]) -> str:
    lines = [f"- {violation['id']} ({violation['impact']}): {violation['help']}"]
    for node in violation["nodes"]:
        lines += [f"    {node['html']}", *(f"      {line}" for line in node["failureSummary"].splitlines())]
    return "\n".join(lines)
