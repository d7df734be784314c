"""A key or a token comes as `Authorization: Bearer …`."""

import pytest

from addressee.api.authentication import bearer_token


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("BEARER ", ""), ("Basic abc", None), ("Bearerabc", None)],
)
def test_the_scheme_is_written_in_any_case(header: str, token: str | None) -> None:
    assert bearer_token({"authorization": header}) == token


def test_without_the_header_there_is_none() -> None:
    assert bearer_token({}) is None
