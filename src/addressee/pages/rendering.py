"""Pages as HTML, from templates that escape whatever they are given; and what browsers may do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from addressee.api.answers import Answer
from addressee.api.static_files import StaticFile, static_files
from addressee.pages.branding import Brand
from addressee.pages.languages import Language

HTML = "text/html; charset=utf-8"

STATIC: Mapping[str, StaticFile] = static_files(__package__)

# A page holds what is meant for one person alone, at an address that only this person is to know.
PRIVATE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}


@cache
def templates() -> Environment:
    """Returns the templates of all pages."""
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = lambda name: STATIC[name].path
    environment.filters["way_name"] = way_name
    return environment


def way_name(way: str, text: Callable[[str], str]) -> str:
    """Returns the name of a way to reach people (`preferences.matrix`)."""
    return text(way)


def page(
    template: str,
    language: Language,
    brand: Brand,
    frame_origins: Sequence[str],
    status: int = HTTPStatus.OK,
    **shown: Any,
) -> Answer:
    """Returns a page. `frame_origins` are those whose pages may show it in a frame."""
    html = templates().get_template(template).render(language=language, text=language.text, brand=brand, **shown)
    headers = {**PRIVATE, "content-language": language.tag, "content-security-policy": policy(brand, frame_origins)}
    return Answer(html.encode(), status, headers, content_type=HTML)


def policy(brand: Brand, frame_origins: Sequence[str]) -> str:
    """Returns what a page may load and do (Content Security Policy): only what is here, and images of others."""
    framed_by = " ".join(frame_origins) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'self' {brand.style_hash}",
            "img-src 'self' https: data:",
            "script-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {framed_by}",
        )
    )


def see_other(path: str) -> Answer:
    """Returns the answer to a form: the browser goes on to a page, which it may load again."""
    return Answer(status=HTTPStatus.SEE_OTHER, headers={**PRIVATE, "location": path})
