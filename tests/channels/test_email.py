"""How an e-mail is written down, and read back by the standard library's parser."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

from hypothesis import example, given
from hypothesis import strategies as st

from addressee.channels.email import Email, compose

WORDS = st.lists(st.text(st.sampled_from("abzé🌻गु中=?_"), min_size=1), min_size=1, max_size=40)


@given(words=WORDS)
@example(words=["Welcome,", "विहान", "गुप्ता", "🌻!"])
def test_a_subject_arrives_as_it_was_written(words: list[str]) -> None:
    email = Email(
        id="2xuDjZRydlnF6FxATblCuxGey9I",
        sender="hello@example.com",
        to="ada@example.org",
        subject=" ".join(words),
        html=None,
        text="Hello",
        written_at=datetime(2025, 6, 1, 12, tzinfo=UTC),
    )
    arrived = message_from_bytes(compose(email).as_bytes(), policy=policy.default)
    assert arrived["subject"] == email.subject
