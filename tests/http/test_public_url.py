"""Links in answers lead to where callers find the service."""

from __future__ import annotations

import re

import pytest

from addressee.database.errors import SetupError
from addressee.database.public_url import configured_url
from addressee.dialects.notiflows.wire.errors import CODES
from tests.support.raw_http import ask


def test_an_errors_type_leads_to_a_page_that_explains_it(api: str) -> None:
    error = ask(api, "GET", "/admin/v1/users/ada").json["error"]
    assert error["type"] == f"{api}/docs/errors/unauthenticated"
    assert error["code"] == "unauthenticated"
    page = ask(api, "GET", error["type"].removeprefix(api))
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert CODES["unauthenticated"].meaning in page.body.decode()


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page(api: str, code: str) -> None:
    page = ask(api, "GET", f"/docs/errors/{code}").body.decode()
    assert f"<h1><code>{code}</code></h1>" in page
    assert not re.search(r"<script|<link|src=|@import|url\(", page)


def test_what_is_no_code_has_none(api: str) -> None:
    assert ask(api, "GET", "/docs/errors/nothing").status == 404


def test_the_host_is_that_of_the_request(api: str) -> None:
    reply = ask(api, "GET", "/admin/v1/users/ada", headers={"host": "addressee.example.com"})
    assert reply.json["error"]["type"] == "http://addressee.example.com/docs/errors/unauthenticated"


@pytest.mark.parametrize("url", ["https://addressee.example.com", "https://addressee.example.com/", "http://a:8000/b/"])
def test_an_operator_may_say_it(url: str) -> None:
    assert configured_url({"ADDRESSEE_PUBLIC_URL": url}) == url.rstrip("/")


@pytest.mark.parametrize("environment", [{}, {"ADDRESSEE_PUBLIC_URL": ""}])
def test_it_need_not_be_said(environment: dict[str, str]) -> None:
    assert configured_url(environment) is None


@pytest.mark.parametrize(
    "url",
    [
        "addressee.example.com",
        "ftp://a",
        "https://",
        "https://a?b",
        "https://a#b",
        "https://bücher.example",
        "https://a b",
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(SetupError, match="ADDRESSEE_PUBLIC_URL must be a URL"):
        configured_url({"ADDRESSEE_PUBLIC_URL": url})
