"""The page of whoever cannot be shown another one: kind, and without a word about why."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.errors import UnknownPathError
from addressee.api.refusals import refusal_of
from addressee.api.requests.forms import ForeignFormError
from addressee.directory.access.links import LinkInvalidError
from addressee.pages.branding import brand_of
from addressee.pages.languages import choose_language
from addressee.pages.rendering import page


def refusal_page(error: Exception, headers: Mapping[str, str]) -> Answer:
    """Returns the page for an exception, in a language that the browser asks for."""
    status, words, extra = wording_of(error)
    language = choose_language((), headers.get("accept-language"))
    answer = page(
        "refusal.html",
        language,
        brand_of(None),
        (),
        status,
        title=language.text(f"{words}_title"),
        explanation=language.text(f"{words}_text"),
    )
    return Answer(answer.body, answer.status, {**answer.headers, **extra}, content_type=answer.content_type)


def wording_of(error: Exception) -> tuple[int, str, Mapping[str, str]]:
    """Returns the status of a refusal, which of our texts explain it, and its headers."""
    if isinstance(error, LinkInvalidError | UnknownPathError):
        return HTTPStatus.NOT_FOUND, "link", {}
    if isinstance(error, ForeignFormError):
        return HTTPStatus.FORBIDDEN, "refused", {}
    refusal = refusal_of(error)
    is_passing = refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return refusal.status, "busy" if is_passing else "refused", refusal.headers
