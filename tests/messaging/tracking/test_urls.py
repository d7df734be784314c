"""The URLs that tracking puts into messages: which links get one, and which stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.access.signed_texts import TextKey
from addressee.messaging.tracking.tokens import Tracked, open_token
from addressee.messaging.tracking.urls import MAX_URL, Tracking, shown_url

KEY = TextKey(b"the key of an installation")
MESSAGE = "2cXKVkIbdVPdGhbtnl7nHHNoN6M"
TRACKING = Tracking(KEY, "https://click.example.com", "https://addressee.example.com", 3, MESSAGE, True, True)


def target_of(url: str) -> str | None:
    """Returns where the URL leads that stands for a link; None where the link stays."""
    made = TRACKING.click_url(url)
    if made is None:
        return None
    base, _, token = made.rpartition("/")
    assert base == "https://click.example.com/t/c"
    tracked = open_token(token, KEY)
    assert tracked is not None
    assert tracked == Tracked(3, MESSAGE, tracked.target)
    return tracked.target


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTP://Example.org/A?b=c&d=%20#e", "HTTP://Example.org/A?b=c&d=%20#e"),
        (" \t\nhttps://exa\nmple.org/a b\r ", "https://example.org/a%20b"),
        ("https://example.org/Zürich?q=ñ", "https://example.org/Z%C3%BCrich?q=%C3%B1"),
        ('https://example.org/"<>', "https://example.org/%22%3C%3E"),
        ("https://ada:secret@example.org/[a]|{b}", "https://ada:secret@example.org/[a]|{b}"),
    ],
)
def test_a_link_to_the_web_leads_where_browsers_would_go(url: str, target: str) -> None:
    assert target_of(url) == target


@pytest.mark.parametrize(
    "url",
    [
        *("", "#top", "/relative", "page.html", "//example.org/", "?a=b"),
        *("mailto:ada@example.org", "tel:+1", "sms:+1", "ftp://example.org", "myapp://open", "javascript:alert(1)"),
        *("http:", "https:///path", "https:\\\\example.org", "http:example.org", "httpſ://example.org"),
        *("https://bücher.example/", "https://[::1", "https://example.org/\ud800"),
        *(
            "https://click.example.com",
            "https://click.example.com/t/c/x",
            "https://addressee.example.com/pages/inbox/x",
        ),
        "https://example.org/" + "a" * MAX_URL,
    ],
)
def test_other_links_stay(url: str) -> None:
    assert target_of(url) is None


def test_a_host_that_begins_like_ours_is_another_one() -> None:
    assert target_of("https://addressee.example.com.evil.example/") == "https://addressee.example.com.evil.example/"


@given(st.text(max_size=60).map("https://example.org/{}".format))
def test_a_target_can_stand_in_a_header(url: str) -> None:
    target = target_of(url)
    assert target is not None
    assert target.isascii()
    assert target.isprintable()
    assert " " not in target


def test_no_url_is_longer_than_mail_programs_take() -> None:
    lengths = [len(TRACKING.click_url("https://example.org/" + "a" * count) or "") for count in range(1_200, 1_500)]
    assert MAX_URL - 3 <= max(lengths) <= MAX_URL
    assert lengths[-1] == 0


def test_a_pixel_names_its_message() -> None:
    assert TRACKING.open_url.startswith("https://click.example.com/t/o/")
    assert open_token(TRACKING.open_url.rpartition("/")[2].removesuffix(".gif"), KEY) == Tracked(3, MESSAGE)


@pytest.mark.parametrize(
    ("opens", "links", "pictures", "tracked"), [(True, False, 1, 0), (False, True, 0, 1), (True, True, 1, 1)]
)
def test_what_is_not_asked_for_stays(opens: bool, links: bool, pictures: int, tracked: int) -> None:
    one = Tracking(KEY, "https://click.example.com", None, 3, MESSAGE, opens, links)
    html = one.applied('<a href="https://example.org">Read</a>')
    assert (html.count("/t/o/"), html.count("/t/c/")) == (pictures, tracked)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:secret@example.org:8443/a?token=b#c", "https://example.org:8443/a"),
        ("https://example.org", "https://example.org"),
        ("https://[::1", None),
        ("a\0b", "ab"),
    ],
)
def test_a_url_is_shown_without_secrets(url: str, shown: str | None) -> None:
    assert shown_url(url) == shown
