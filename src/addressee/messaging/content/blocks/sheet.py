"""The sheet of blocks, with the selectors of Knock's own: what a layout says of these classes prevails.

It stands at the beginning of an e-mail, before a layout's rules of the same weight. It is inlined, but for what holds
on phones or in the dark only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from addressee.colours import Colour, readable

# What a page shows behind an e-mail in the dark.
DARK = Colour(0x12, 0x12, 0x12)

# A window that is narrower shows the columns of a row below each other.
PHONE = 480

RULES: Mapping[str, tuple[str, ...]] = {
    "markdown": (
        ".block-row.block-row--markdown-v1 .block-markdown > :first-child{margin-top:0}",
        ".block-row.block-row--markdown-v1 .block-markdown > :last-child{margin-bottom:0}",
    ),
    "divider": (
        ".block-row.block-row--divider-v1 .block-divider{border-bottom:1px solid #d8dbe2;font-size:0;line-height:0}",
    ),
    "button_set": (
        ".block-row.block-row--button_set-v1 .block-button"
        "{display:inline-block;font-weight:600;line-height:1.25;text-decoration:none}",
        ".block-row.block-row--button_set-v1 .block-button--sm{font-size:13px;padding:6px 12px}",
        ".block-row.block-row--button_set-v1 .block-button--md{font-size:15px;padding:10px 18px}",
        ".block-row.block-row--button_set-v1 .block-button--lg{font-size:17px;padding:14px 24px}",
    ),
    "row": (
        f"@media (max-width:{PHONE}px)"
        "{.block-row.block-row--row-v1 .block-column"
        "{box-sizing:border-box!important;display:block!important;padding-left:0!important;padding-right:0!important;"
        "width:100%!important}}",
    ),
}


def dark_class(colour: Colour) -> str:
    """Returns the class of texts that have a colour on a light page, and one that is readable on a dark page."""
    return f"block-dark-{str(colour).removeprefix('#')}"


def sheet_of(types: Iterable[str], colours: Iterable[Colour]) -> str:
    """Returns the sheet of blocks of some types. `colours` are those of texts on the page, if it can be dark."""
    rules = [rule for type in dict.fromkeys(types) for rule in RULES.get(type, ())]
    dark = [
        f".{dark_class(colour)}{{border-color:{shown}!important;color:{shown}!important}}"
        for colour in dict.fromkeys(colours)
        if (shown := readable(colour, DARK)) != colour
    ]
    if dark:
        rules.append(f"@media (prefers-color-scheme:dark){{{''.join(dark)}}}")
    return f"<style>{''.join(rules)}</style>" if rules else ""
