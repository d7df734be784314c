"""Signatures, by the vectors of suprsend.md §1.2, and by what no signature covers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.dialects.suprsend.wire.signatures import DEFAULT_CONTENT_TYPE, Signed, is_signed, parse_date, sign

SECRET = b"whsec_test_secret"
DATE = "Tue, 04 Feb 2025 10:20:30 GMT"
PYTHON = "suprsend-py-sdk/0.20.0 (python/3.11.7; linux)"
GO = "suprsend/0.9.0;go/go1.22"


def signed(method: str, target: str, body: str = "") -> Signed:
    return Signed(method, target, DEFAULT_CONTENT_TYPE, DATE, body.encode())


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (signed("GET", "/v1/user/u%2F1/"), "F5vNp2UdMo26P/ihC0sLHFo4oQuA+ElGYQxtfKv7bKE="),
        (signed("GET", "/v1/user/?limit=10&after=x+y"), "IeCAluYIAFWX1CxN1hseAeYamJshymxIHImH4CBrMyI="),
        (
            signed("POST", "/event/", '{"distinct_id": "u1", "name": "Zoë"}'),
            "lb1q4nPFIpm7YmDGnzJTBaJM7DC+EXHBZr4euSxQapc=",
        ),
        (signed("DELETE", "/v1/user/u1/"), "ndIHs7QWDvlGRPIt2h3h0L47lnrEkex81pHKZ8A7luM="),
        (signed("DELETE", "/v1/bulk/user/", '{"distinct_ids": ["a"]}'), "qEy7Zs6qiFJzmQyXuCpceBDaNz+QZkFVOrJyCvH6pOI="),
    ],
)
def test_a_request_is_signed_like_this(request_: Signed, signature: str) -> None:
    assert sign(SECRET, request_) == signature
    assert is_signed(SECRET, request_, signature, PYTHON)


def test_one_sdk_signs_the_path_decoded() -> None:
    request = signed("GET", "/v1/user/u%2F1/")
    signature = "cbEnxAWlBoAyaPh/7CVjE8rP+90zwEVfrNxbL51hXzY="
    assert is_signed(SECRET, request, signature, GO)
    assert not is_signed(SECRET, request, signature, PYTHON)


def test_and_its_query_with_sorted_keys() -> None:
    request = signed("GET", "/v1/user/?limit=10&after=x+y")
    assert is_signed(SECRET, request, sign(SECRET, signed("GET", "/v1/user/?after=x+y&limit=10")), GO)


def changed_by_a_byte(value: bytes, position: int, by: int) -> bytes:
    """`value` with one byte that is another one."""
    at = position % len(value)
    return value[:at] + bytes([(value[at] + by) % 256]) + value[at + 1 :]


class TestEveryByteCounts:
    """Of the method, the path, the query, the body and the date."""

    parts = given(position=st.integers(0, 10_000), by=st.integers(1, 255))
    whole = Signed("POST", "/v1/user/u%2F1/?tenant_id=a", DEFAULT_CONTENT_TYPE, DATE, b'{"operations": []}')
    signature = sign(SECRET, whole)

    @parts
    def test_of_a_text(self, position: int, by: int) -> None:
        for name in ("method", "target", "content_type", "date"):
            value = getattr(self.whole, name).encode("latin-1")
            other = Signed(
                **{
                    **{field: getattr(self.whole, field) for field in Signed.__struct_fields__},
                    name: changed_by_a_byte(value, position, by).decode("latin-1"),
                }
            )
            assert not is_signed(SECRET, other, self.signature, PYTHON)

    @parts
    def test_of_the_body(self, position: int, by: int) -> None:
        body = changed_by_a_byte(self.whole.body, position, by)
        other = Signed(self.whole.method, self.whole.target, self.whole.content_type, self.whole.date, body)
        assert not is_signed(SECRET, other, self.signature, PYTHON)

    @parts
    def test_of_the_secret_and_the_signature(self, position: int, by: int) -> None:
        assert not is_signed(changed_by_a_byte(SECRET, position, by), self.whole, self.signature, PYTHON)
        other = changed_by_a_byte(self.signature.encode(), position, by).decode("latin-1")
        assert not is_signed(SECRET, self.whole, other, PYTHON)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Tue, 04 Feb 2025 10:20:30 GMT", "2025-02-04T10:20:30+00:00"),
        ("Sun, 1 Nov 2026 21:37:21 UTC", "2026-11-01T21:37:21+00:00"),
        ("2026-11-21T21:37:21.790Z", "2026-11-21T21:37:21.790000+00:00"),
    ],
)
def test_a_date_is_written_in_three_ways(date: str, moment: str) -> None:
    found = parse_date(date)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize("date", ["", "yesterday", "2025", "Tue, 99 Feb 2025 10:20:30 GMT", "9" * 400])
def test_what_is_no_date_is_none(date: str) -> None:
    assert parse_date(date) is None
