"""The dashboard's pages as HTML, from templates that escape what they are given; what browsers may do with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from addressee.api.answers import Answer
from addressee.api.static_files import StaticFile, static_files
from addressee.dashboard.masking import masked_address
from addressee.dashboard.navigation import navigation
from addressee.dashboard.notices import NOTICES
from addressee.dashboard.recipients import kind_of, recipient_url, title_of
from addressee.dashboard.urls import environment_url
from addressee.dashboard.visits import FORM_TOKEN, EnvironmentVisit, OperatorVisit, Visit
from addressee.operators.model import Role

HTML = "text/html; charset=utf-8"

STATIC: Mapping[str, StaticFile] = static_files(__package__)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

# What somebody else wrote, like an e-mail: it runs nothing, loads nothing, and leads nowhere.
FRAMED_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"

PRIVATE = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}


# /dashboard/env/{environment}/{section}/…
SECTION_SEGMENT = 4


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
    environment.filters["utc"] = utc
    environment.filters["iso"] = iso
    environment.globals["Role"] = Role
    environment.globals["recipient_url"] = recipient_url
    environment.globals["kind_of"] = kind_of
    environment.filters["title_of"] = title_of
    environment.filters["masked_address"] = masked_address
    return environment


def utc(moment: datetime) -> str:
    """Returns a moment as people read it, to the second. A script shows it in the zone of the browser."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def page(visit: Visit, template: str, status: int = HTTPStatus.OK, **shown: Any) -> Answer:
    """Returns a page for a visit."""
    html = templates().get_template(template).render(**context_of(visit), **shown)
    return Answer(html.encode(), status, {**PRIVATE, "content-security-policy": POLICY}, content_type=HTML)


def context_of(visit: Visit) -> dict[str, Any]:
    """Returns what every template is given."""
    context: dict[str, Any] = {
        "visit": visit,
        "operator": None,
        "environments": {},
        "environment": None,
        "url": None,
        "may": None,
        "navigation": (),
        "section": section_of(visit),
        "environment_url": environment_url,
        "form_token": visit.form_token,
        "form_token_field": FORM_TOKEN,
        "notice": NOTICES.get(visit.query.text("notice") or ""),
    }
    if isinstance(visit, OperatorVisit):
        context |= {"operator": visit.operator, "environments": visit.environments}
    if isinstance(visit, EnvironmentVisit):
        context |= {
            "environment": visit.environment,
            "url": visit.url,
            "may": visit.may,
            "navigation": navigation(visit.environment.name, visit.role),
        }
    return context


def section_of(visit: Visit) -> str:
    """Returns the section of an environment's page: the segment of the path that follows the environment's name."""
    segments = visit.asked.target.partition("?")[0].split("/")
    return segments[SECTION_SEGMENT] if len(segments) > SECTION_SEGMENT else ""


def framed_html(html: str) -> Answer:
    """Returns what somebody else wrote, to be shown in a frame of a page."""
    return Answer(html.encode(), headers={**PRIVATE, "content-security-policy": FRAMED_POLICY}, content_type=HTML)


def download(content: bytes, name: str, content_type: str) -> Answer:
    """Returns a file that the browser stores. `name` has letters, digits, dashes and dots only."""
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{name}"'}
    return Answer(content, headers=headers, content_type=content_type)


def see_other(path: str) -> Answer:
    """Returns the answer to a form: the browser goes on to a page, which it may load again."""
    return Answer(status=HTTPStatus.SEE_OTHER, headers={**PRIVATE, "location": path})
