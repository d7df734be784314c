"""Requests of fetch steps, and what is kept of their answers: no secret, in any form in which it was sent."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.steps.data.fetch import Fetched, FetchFailed, FetchStep
from addressee.messaging.steps.data.fetch_requests import outcome_of, request_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SECRETS = {"token": "tok/5ecret+value", "pin": "12345678"}
SCOPE = {"data": {"x": 1, "bad": "a\nb"}, "recipient": {"id": "ada"}}


def step(**settings: Any) -> FetchStep:
    return FetchStep(ref="ask", **{"url": "https://example.com/", **settings})


def request(**settings: Any) -> ProviderRequest:
    return request_of(step(**settings), SCOPE, SECRETS, "id-1", NOW)


def kept(answer: Any, **settings: Any) -> Any:
    """The values that a run keeps of an answer of JSON."""
    asked = step(output_key="kept", **settings)
    made = request_of(asked, SCOPE, SECRETS, "id-1", NOW)
    outcome = outcome_of(asked, made, ProviderAnswer(made, 200, {}, msgspec.json.encode(answer)), 1)
    assert isinstance(outcome, Fetched)
    return outcome.values["kept"]


def test_a_secret_is_hidden_in_answers_in_every_form_in_which_it_was_sent() -> None:
    settings = {
        "url": "https://example.com/{{ secrets.token | url_encode }}",
        "headers": (("authorization", "Basic {{ 'ada:' | append: secrets.token | base64_encode }}"),),
        "body": "Congratulations {{ secrets.token }}",
    }
    made = request(**settings)
    encoded = made.headers["authorization"].removeprefix("Basic ")
    said = [SECRETS["token"], "tok%2F5ecret%2Bvalue", encoded, "Congratulations tok/5ecret+value", "Congratulations"]
    assert kept(said, **settings) == ["[...]", "[...]", "[...]", "[...]", "Congratulations"]
    assert kept({"a": {SECRETS["token"]: 1}}, **settings) == {"a": {"[...]": 1}}
    assert (made.path, made.host) == ("/[...]", "example.com")


def test_a_number_is_hidden_too() -> None:
    assert kept([12345678, 1, True, None], body="{{ secrets.pin }}") == ["[...]", 1, True, None]


def test_secrets_that_a_step_does_not_name_are_not_looked_for() -> None:
    assert kept("12345678 tok/5ecret+value", body="{{ secrets.pin }}") == "[...] tok/5ecret+value"


def test_what_a_server_says_of_a_failure_has_no_secret() -> None:
    asked = step(headers=(("x-key", "{{ secrets.token }}"),))
    made = request_of(asked, SCOPE, SECRETS, "id-1", NOW)
    outcome = outcome_of(asked, made, ProviderAnswer(made, 403, {}, b"no tok/5ecret+value here\0"), 5)
    assert outcome == FetchFailed(
        "http_fetch was answered 403",
        {
            "method": "GET",
            "host": "example.com",
            "path": "/",
            "status": 403,
            "duration_ms": 5,
            "size": 25,
            "response": "no [...] here\ufffd",
        },
    )


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"url": "{{ data.nothing }}"}, "the URL must be a URL like https://example.com/hook"),
        ({"url": "https://a b/"}, "the URL must be a URL like https://example.com/hook"),
        ({"headers": (("x-a", "{{ data.bad }}"),)}, "header 'x-a': a header must be one line of ASCII"),
        ({"headers": "[1]"}, "headers and query_params must be a JSON object, or a list of key and value"),
        ({"headers": "{"}, "this is not JSON"),
        ({"body": "{{ secrets.gone }}"}, "there is no secret 'gone'"),
        ({"signing_secret": "{{ secrets.pin }}"}, "signing_secret: each secret must be whsec_"),
        ({"body": "{{ 1 | divided_by: 0 }}"}, "line 1: "),
    ],
)
def test_a_request_that_cannot_be_made_says_why(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(TemplateError) as refused:
        request(**settings)
    assert str(refused.value).startswith(reason)


def test_values_that_are_no_texts_are_sent_as_json() -> None:
    made = request(
        query_params=(("n", 1), ("flag", True), ("none", None), ("list", ["{{ data.x }}"])), body=[1, "{{ data.x }}"]
    )
    assert made.url == "https://example.com/?n=1&flag=true&none=&list=%5B%221%22%5D"
    assert made.content == b'[1,"1"]'
