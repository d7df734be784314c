"""The examples of docs/inbox.md, as they stand there. What a reader puts in comes from the address of the page."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "inbox.md"

# The components that pages import from `docs/inbox/{name}`, and the sections in which they are shown.
COMPONENTS = {"knock": "React, with Knock's components", "suprsend": "React, with SuprSend's components"}

SETTINGS = "const settings = Object.fromEntries(new URLSearchParams(location.search));\n"
PLAIN_PAGE = """<!doctype html>
<html lang="en">
<title>Plain HTML</title>
<link rel="icon" href="data:,">
<script>{settings}</script>
{example}
</html>
"""

# As an attribute of JSX, in a string, or in a template.
PUT_IN = (
    ('="https://addressee.example.com"', "={settings.host}"),
    ('"https://addressee.example.com', 'settings.host + "'),
    ('="pk_…"', "={settings.apiKey}"),
    ("pk_…", "${settings.apiKey}"),
    ("user_token=…", "user_token=${settings.token}"),
    ('="FEED_CHANNEL_ID"', "={settings.feedId}"),
)
LEFT = re.compile("…|example[.]com|FEED_CHANNEL_ID")


def write_examples(folder: Path) -> None:
    """Writes each component to a module, and the example in HTML to the page `plain.html`."""
    for name, section in COMPONENTS.items():
        (folder / f"{name}.jsx").write_text(SETTINGS + example(section, "jsx"))
    plain = PLAIN_PAGE.format(settings=SETTINGS, example=example("Plain HTML", "html"))
    (folder / "plain.html").write_text(plain)


def example(section: str, language: str) -> str:
    """Returns the first example of a section."""
    _, found, text = DOCUMENT.read_text().partition(f"## {section}\n")
    assert found, f"{DOCUMENT.name} has no section {section}."
    _, found, text = text.partition(f"```{language}\n")
    assert found, f"{DOCUMENT.name} has no example in the section {section}."
    shown, _, _ = text.partition("```")
    for written, read in PUT_IN:
        shown = shown.replace(written, read)
    assert not LEFT.search(shown), f"The tests do not know what to put into this example:\n{shown}"
    return shown
