"""AWS Signature Version 4, by the examples that AWS has published: its test suite, and its guide for signing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

import pytest

from addressee.channels.aws.sigv4 import AwsKeys, host_of, signed, signing_key

KEYS = AwsKeys("us-east-1", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
HOST = "https://example.amazonaws.com"
FORM = {"content-type": "application/x-www-form-urlencoded"}
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7"
    "mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d"
    "+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)


class Example(NamedTuple):
    name: str
    method: str
    path: str
    headers: dict[str, str]
    content: bytes
    signature: str


EXAMPLES = [
    Example(
        "get-vanilla",
        "GET",
        "/",
        {},
        b"",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    Example(
        "post-vanilla",
        "POST",
        "/",
        {},
        b"",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    Example(
        "get-vanilla-query-order-key-case",
        "GET",
        "/?Param2=value2&Param1=value1",
        {},
        b"",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    Example(
        "get-header-value-trim",
        "GET",
        "/",
        {"my-header1": " value1", "my-header2": ' "a   b   c"'},
        b"",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    Example(
        "get-utf8",
        "GET",
        "/\u1234",
        {},
        b"",
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    Example(
        "get-space",
        "GET",
        "/example space/",
        {},
        b"",
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ),
    Example(
        "post-x-www-form-urlencoded",
        "POST",
        "/",
        FORM,
        b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_requests_of_the_test_suite_are_signed_as_it_says(example: Example) -> None:
    headers = signed(KEYS, "service", example.method, HOST + example.path, example.headers, example.content, AT)
    names = ";".join(sorted({*example.headers, "host", "x-amz-date"}))
    assert headers == {
        **example.headers,
        "host": "example.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
        "authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={example.signature}",
    }


def signature(headers: dict[str, str]) -> str:
    return headers["authorization"].rpartition("Signature=")[2]


def test_temporary_keys_are_signed_with_their_token() -> None:
    keys = replace(KEYS, session_token=TOKEN)
    headers = signed(keys, "service", "POST", f"{HOST}/", {}, b"", AT)
    assert headers["x-amz-security-token"] == TOKEN
    assert signature(headers) == "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"


def test_the_request_of_the_guide_is_signed_as_it_says() -> None:
    url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    headers = signed(KEYS, "iam", "GET", url, form, b"", AT)
    assert signature(headers) == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    key = signing_key(KEYS, "20150830", "iam").hex()
    assert key == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def test_the_time_is_told_in_utc() -> None:
    in_berlin = AT.astimezone(timezone(timedelta(hours=2)))
    assert signed(KEYS, "service", "GET", HOST, {}, b"", in_berlin) == signed(KEYS, "service", "GET", HOST, {}, b"", AT)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://sns.eu-central-1.amazonaws.com/", "sns.eu-central-1.amazonaws.com"),
        ("https://proxy.example:443/", "proxy.example"),
        ("http://proxy.example:443/", "proxy.example:443"),
        ("http://127.0.0.1:4566", "127.0.0.1:4566"),
        ("http://[::1]:4566/", "[::1]:4566"),
    ],
)
def test_the_host_is_the_one_that_is_asked(url: str, host: str) -> None:
    assert host_of(url) == host


def test_secrets_do_not_show() -> None:
    assert repr(replace(KEYS, session_token="t")) == "AwsKeys(region='us-east-1', access_key_id='AKIDEXAMPLE')"
