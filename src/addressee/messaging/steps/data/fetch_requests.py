"""The requests of fetch steps, and what their answers mean. Pure.

Secrets never leave a request: whatever is told of it, and the answer that is stored, are without them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import quote, quote_plus, urlsplit

import msgspec

from addressee.channels.hiding import without
from addressee.channels.requests import signatures
from addressee.channels.requests.exchange import MAX_ANSWER_BYTES, ProviderAnswer, ProviderRequest
from addressee.channels.requests.rules import content_type_of, encoded, header_problems, url_problem, with_query
from addressee.channels.requests.urls import LONGEST_WORD
from addressee.channels.sender import Failed, Failure
from addressee.directory.documents import check_value
from addressee.directory.errors import RefusedError
from addressee.messaging.content.model import render_texts, texts_in
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.steps.data.fetch import Fetched, FetchFailed, FetchStep, Pairs
from addressee.messaging.steps.texts import SECRETS, decoded

SERVICE = "http_fetch"

Outcome: TypeAlias = Fetched | FetchFailed

# The part of an answer that a journal keeps when it cannot be used.
EXCERPT_LENGTH = 500

# Statuses, besides 500 and above, of requests that may succeed later.
PASSING_STATUSES = frozenset({408, 425, 429})
PASSING = frozenset({Failure.UNAVAILABLE, Failure.UNCONFIRMED})


def request_of(step: FetchStep, scope: Scope, secrets: Mapping[str, str], id: str, now: datetime) -> ProviderRequest:
    """Returns the request of a step, whose receiver recognises a repetition by its id.

    Raises TemplateError for one that cannot be made.
    """
    used = secrets_of(step, secrets)
    scope = {**scope, SECRETS: used}
    url = url_of(step, scope)
    headers = {name.lower(): value for name, value in rendered_pairs(step.headers, scope)}
    for name, problem in header_problems(headers):
        raise TemplateError(f"header {name!r}: {problem}", None)
    body = encoded(render_texts(step.body, scope))
    if body:
        headers.setdefault("content-type", content_type_of(body))
    headers.setdefault("idempotency-key", id)
    hidden = tuple(hidden_texts(step, scope, used))
    return ProviderRequest(
        service=SERVICE,
        url=url,
        headers={**headers, **signed(step, scope, id, now, body)},
        content=body,
        envelope={},
        hidden=hidden,
        method=step.method,
        path=without(urlsplit(url).path, hidden),
    )


def secrets_of(step: FetchStep, secrets: Mapping[str, str]) -> dict[str, str]:
    """Returns the secrets that a step names. Raises TemplateError when one is not there any more."""
    uses = [use for _, text in texts_in(step.texts) for use in liquid.uses_of(text, SECRETS)]
    names = {use.name for use in uses if use.name is not None}
    if missing := sorted(names - secrets.keys()):
        raise TemplateError(f"there is no secret {missing[0]!r}", None)
    return {name: secrets[name] for name in names}


def url_of(step: FetchStep, scope: Scope) -> str:
    """Returns the URL with the query parameters added."""
    url = with_query(liquid.render(step.url, scope).strip(), list(rendered_pairs(step.query_params, scope)))
    if (problem := url_problem(url)) is not None:
        raise TemplateError(f"the URL {problem}", None)
    return url


def rendered_pairs(written: Pairs | str, scope: Scope) -> Iterator[tuple[str, str]]:
    """Yields names with their values, which are texts. Raises TemplateError."""
    if isinstance(written, str):
        text = liquid.render(written, scope).strip()
        written = pairs_in(decoded(text)) if text else ()
    for name, value in written:
        rendered = render_texts(value, scope)
        yield name, rendered.strip() if isinstance(rendered, str) else as_text(rendered)


def pairs_in(value: Any) -> Pairs:
    """Returns the pairs of a JSON object, or of a list of `{key, value}`. Raises TemplateError for something else."""
    if isinstance(value, dict):
        return tuple(value.items())
    if isinstance(value, list) and all(isinstance(each, dict) and isinstance(each.get("key"), str) for each in value):
        return tuple((each["key"], each.get("value")) for each in value)
    raise TemplateError("headers and query_params must be a JSON object, or a list of key and value", None)


def as_text(value: Any) -> str:
    return "" if value is None else msgspec.json.encode(value).decode()


def signed(step: FetchStep, scope: Scope, id: str, now: datetime, body: bytes) -> Mapping[str, str]:
    """Returns the headers by which the receiver knows who asks. Raises TemplateError for a secret of the wrong form."""
    if step.signing_secret is None:
        return {}
    secret = liquid.render(step.signing_secret, scope).strip()
    if step.signature == "knock":
        return signatures.knock(secret, now, body)
    if (problem := signatures.secrets_problem(secret)) is not None:
        raise TemplateError(f"signing_secret: {problem}", None)
    return signatures.standard(secret, id, now, body)


def hidden_texts(step: FetchStep, scope: Scope, used: Mapping[str, str]) -> Iterator[str]:
    """Yields the secrets of a request in every form in which it may contain them."""
    for value in used.values():
        yield from (value, quote(value), quote(value, safe=""), quote_plus(value), b64encode(value.encode()).decode())
    for _, text in texts_in(step.texts):
        if used and liquid.uses_of(text, SECRETS):
            rendered = liquid.render(text, scope)
            yield rendered.strip()
            # What the template itself says is no secret, and may stand in an answer.
            yield from (word for word in rendered.split() if len(word) > LONGEST_WORD and word not in text)


def outcome_of(step: FetchStep, request: ProviderRequest, answer: ProviderAnswer | Failed, ms: int) -> Outcome:
    """Returns what the answer to a request means for its run."""
    if isinstance(answer, Failed):
        shown = shown_of(request, None, ms)
        return FetchFailed(without(answer.reason, request.hidden), shown, answer.failure in PASSING)
    shown = {**shown_of(request, answer.status, ms), "size": len(answer.content)}
    if answer.is_success:
        try:
            return Fetched(values_in(step, answer), shown)
        except UnusableAnswerError as error:
            if not step.needs_answer:
                return Fetched({}, shown)
            return FetchFailed(str(error), {**shown, "response": excerpt(answer)})
    words = "; redirects are not followed" if answer.status in range(300, 400) else ""
    return FetchFailed(
        f"{SERVICE} was answered {answer.status}{words}",
        {**shown, "response": excerpt(answer)},
        answer.status >= 500 or answer.status in PASSING_STATUSES,
    )


class UnusableAnswerError(Exception):
    """An answer is not what its step needs. The text says why."""


def shown_of(request: ProviderRequest, status: int | None, ms: int) -> dict[str, Any]:
    """Returns what a journal tells of an exchange: no query, no headers, no body."""
    call = request.call(status, "")
    host = without(call.host, request.hidden)
    return {"method": call.method, "host": host, "path": call.path, "status": status, "duration_ms": ms}


def excerpt(answer: ProviderAnswer) -> str:
    return without(answer.text, answer.request.hidden)[:EXCERPT_LENGTH].replace("\0", "\ufffd")


def values_in(step: FetchStep, answer: ProviderAnswer) -> Mapping[str, Any]:
    """Returns what an answer adds to the data of the run. Raises UnusableAnswerError."""
    if not answer.content.strip():
        return {}
    if len(answer.content) >= MAX_ANSWER_BYTES:
        raise UnusableAnswerError(f"the answer has more than {MAX_ANSWER_BYTES:,} bytes")
    try:
        value = msgspec.json.decode(answer.content)
        check_value(value, "the answer")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnusableAnswerError("the answer is not JSON") from None
    except RefusedError as refusal:
        raise UnusableAnswerError(str(refusal)) from None
    if step.response_path is not None:
        value = part_of(value, step.response_path)
    value = hiding(value, tuple(answer.request.hidden))
    if step.output_key is not None:
        return {step.output_key: value}
    if not isinstance(value, dict):
        raise UnusableAnswerError("the answer must be a JSON object, or the step must have an output_key")
    return value


def part_of(value: Any, path: str) -> Any:
    """Returns the part of an answer at a dotted path, in which numbers are positions. Raises UnusableAnswerError."""
    for name in path.split("."):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            raise UnusableAnswerError(f"the answer has nothing at {path!r}")
    return value


def hiding(value: Any, hidden: tuple[str, ...]) -> Any:
    """Returns a value of JSON with these texts hidden, at any depth, should the answer repeat them."""
    if not hidden:
        return value
    match value:
        case str():
            return without(value, hidden)
        case dict():
            return {without(name, hidden): hiding(part, hidden) for name, part in value.items()}
        case list():
            return [hiding(part, hidden) for part in value]
        case bool() | None:
            return value
        case _:
            return "[...]" if str(value) in hidden else value
