"""HTML of the size that a template can have, made to take long or to be nested deeply."""

LENGTH = 1_000_000

PIECES = [
    "<div>",
    "<p>",
    "<b>",
    "<table><td>",
    "<ul><li>x",
    "<blockquote>x",
    "<pre>\n",
    "<p hidden>x",
    '<a href="https://example.com">',
    "<div ",
    '<a b="',
    "<a =\"'",
    "<",
    "<!--",
    "<![if",
    "<!doctype",
    "-->",
    "<style>",
    "<style",
    "<style>p{",
    "<style>@media x{a{b:c;",
    "<textarea>",
    "<title></titl",
    "&#",
    "&amp;",
    "&zwnj; ",
    " ",
    "\n",
    "x ",
    "x",
]


def repeated(piece: str) -> str:
    return piece * (LENGTH // len(piece))
