"""One rule for phone numbers."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.phones import DIALLED, dialled, e164, is_e164, phone_key
from addressee.directory.reading.rows import with_current_key

NUMBERS = st.from_regex(DIALLED, fullmatch=True)
REGIONS = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+442071838750", "+442071838750"),
        (" +44 20 7183 8750 ", "+442071838750"),
        ("+44 (0)20 7183-8750", "+442071838750"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("+1.202.555.0123", "+12025550123"),
        ("+49 151/1234567", "+491511234567"),
        ("+44\u00a020\u20117183\u20118750", "+442071838750"),
        ("+39 (06) 1234567", "+39061234567"),
    ],
)
def test_how_people_write_a_number(written: str, number: str) -> None:
    assert e164(written) == number
    assert phone_key(written) == number[1:]


@pytest.mark.parametrize(
    "number", ["+1234567", "+123456789012345", "+999123456789", "+5215512345678", "+4402071838750"]
)
def test_a_number_in_the_form_of_e164_is_taken_as_it_is(number: str) -> None:
    """Whether or not phonenumbers knows it, or would dial it otherwise."""
    assert e164(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0123",
        "020 7183 8750",
        "0044 20 7183 8750",
        "+123456",
        "+1234567890123456",
        "+49-151",
        "+999-123-456-789",
        "+٤٩١٥١١٢٣٤٥٦٧",
        "+44 20 7183 8750 ext. 5",
        "+44-20-7183-8750;ext=5",
        "+1-800-FLOWERS",
        "call +44-20-7183-8750",
        "+44-20-7183-8750 +44-20-7183-8751",
        "phone_number",
    ],
)
def test_nothing_can_be_sent_to_what_is_no_number(text: str) -> None:
    assert e164(text) is None
    assert dialled(text) == "".join(text.split())


@pytest.mark.parametrize(("text", "key"), [("+49-151", "49151"), ("49151", "49151"), ("phone number", "phonenumber")])
def test_what_is_no_number_is_known_by_its_digits_or_by_all_of_it(text: str, key: str) -> None:
    assert phone_key(text) == key


@pytest.mark.parametrize("value", ["", "  ", None, 49151])
def test_what_says_nothing_has_no_key(value: object) -> None:
    assert phone_key(value) is None


@given(NUMBERS, st.lists(st.integers(1, 15)))
def test_spaces_change_nothing(number: str, places: list[int]) -> None:
    written = number
    for place in places:
        written = f"{written[:place]} {written[place:]}"
    assert e164(written) == number
    assert phone_key(written) == phone_key(number) == number[1:]


@given(REGIONS, st.sampled_from("-.\u2011/"))
def test_the_numbers_of_every_region_are_read_in_groups(region: str, separator: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert e164(written.replace(" ", separator)) == number


@given(st.text("+0123456789 ()-./", max_size=20) | st.text())
def test_a_number_that_was_read_stays_as_it_is(text: str) -> None:
    number = e164(text)
    if number is not None:
        assert is_e164(number)
        assert e164(number) == number
        assert phone_key(text) == number[1:]


def test_an_address_that_an_earlier_version_stored_is_known_by_the_key_of_today() -> None:
    stored = {"kind": "sms", "key": "4402071838750", "value": "+44(0)2071838750", "status": "active"}
    assert with_current_key(stored) == {**stored, "key": "442071838750"}
    usual = {"kind": "whatsapp", "key": "442071838750", "value": "+442071838750", "status": "active"}
    assert with_current_key(usual) is usual
