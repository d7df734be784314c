"""What the delivery log keeps of requests and answers."""

from __future__ import annotations

from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.sender import READ_LENGTH

LONG = "secret " * READ_LENGTH


def request(url: str = "https://api.example.com/send") -> ProviderRequest:
    return ProviderRequest("example", url, {}, b"", {"id": "1"}, hidden=(LONG,))


def test_a_password_in_a_url_is_not_logged() -> None:
    call = request("https://user:pass-word@api.example.com:8443/send").call(None, "no answer")
    assert (call.host, call.path) == ("api.example.com:8443", "/send")


def test_a_hidden_text_that_is_longer_than_what_is_read_of_an_answer_is_hidden() -> None:
    answer = ProviderAnswer(request(), 400, {}, f"you sent: {LONG}".encode())
    assert answer.sent().call == request().call(400, "you sent: [...]")
