"""Settings of SMS channels, and texts that only some vendors take."""

from typing import Any, NoReturn

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from addressee.channels.provider import Provider
from addressee.channels.requests.exchange import open_client
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failed, Failure
from addressee.channels.sms import plivo, telnyx, vonage
from addressee.channels.sms.message import Sms
from addressee.directory.clock import Clock
from tests.channels.cases.vonage import PEM

EC_KEY = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
VONAGE_NEEDS = "a Vonage channel needs 'application_id' and 'private_key', or 'api_key' and 'api_secret'"
APPLICATION = {"from": "A", "application_id": "78d3"}


@pytest.mark.parametrize(
    ("provider", "settings", "problems"),
    [
        (vonage.VONAGE, {**APPLICATION, "private_key": PEM}, []),
        (vonage.VONAGE, {"from": "A", "api_key": "k", "api_secret": "s"}, []),
        (vonage.VONAGE, APPLICATION, [("application_id", VONAGE_NEEDS)]),
        (vonage.VONAGE, {**APPLICATION, "api_key": "k", "api_secret": "s"}, [("application_id", VONAGE_NEEDS)]),
        (
            vonage.VONAGE,
            {**APPLICATION, "private_key": "no key"},
            [("private_key", "this must be an RSA private key in PEM")],
        ),
        (
            vonage.VONAGE,
            {**APPLICATION, "private_key": EC_KEY},
            [("private_key", "this must be an RSA private key in PEM")],
        ),
        (telnyx.TELNYX, {"api_key": "k", "from": "+1"}, []),
        (telnyx.TELNYX, {"api_key": "k", "messaging_profile_id": "p", "from": "A"}, []),
        (
            telnyx.TELNYX,
            {"api_key": "k"},
            [("from", "a Telnyx channel needs 'from', 'messaging_profile_id' or both")],
        ),
        (plivo.PLIVO, {"auth_id": "a", "auth_token": "t", "powerpack_uuid": "p"}, []),
        (
            plivo.PLIVO,
            {"auth_id": "a", "auth_token": "t", "powerpack_uuid": "p", "from": "A"},
            [("from", "a Plivo channel needs either 'from' or 'powerpack_uuid'")],
        ),
    ],
)
def test_a_channel_needs_credentials_and_a_sender(
    provider: Provider, settings: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    assert list(provider.problems(settings)) == problems


@pytest.mark.parametrize(
    ("vendor", "text", "reason"),
    [
        (vonage, "a" * 1_000, None),
        (vonage, "a" * 1_001, "Vonage takes at most 1,000 characters; this text has 1,001"),
        (vonage, "🦊" * 501, "Vonage takes at most 1,000 characters; this text has 1,002"),
        (telnyx, "a" * 1_530, None),
        (telnyx, "a" * 1_531, "Telnyx takes at most 10 segments; this text has 11"),
        (telnyx, "я" * 671, "Telnyx takes at most 10 segments; this text has 11"),
        (plivo, "a" * 1_600, None),
        (plivo, "я" * 737, None),
        (
            plivo,
            "я" * 738,
            "Plivo takes at most 737 characters of a text that is not in the alphabet of GSM; this one has 738",
        ),
    ],
)
def test_a_text_that_is_too_long_for_a_vendor_is_refused(vendor: Any, text: str, reason: str | None) -> None:
    if reason is None:
        vendor.check_text(text)
    else:
        with pytest.raises(UnsendableError, match=reason):
            vendor.check_text(text)


def unexpected(given: object) -> NoReturn:
    raise AssertionError(given)


async def test_a_text_that_is_refused_makes_no_request() -> None:
    async with open_client() as client:
        to_request = vonage.open_vonage(vonage.VonageSettings(sender="A", api_key="k", api_secret="s"), Clock())
        sender = RequestSender(client, to_request, unexpected)
        result = await sender.send(Sms("m", "+491701234567", "a" * 1_001))
    assert result == Failed(Failure.PERMANENT, "Vonage takes at most 1,000 characters; this text has 1,001")
