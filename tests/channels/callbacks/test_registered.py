"""Which providers tell what became of messages, and with which settings that is verified."""

from __future__ import annotations

from addressee.channels.providers import PROVIDERS

# The settings that verify what a provider tells; those in `PUBLIC` are no secrets.
VERIFIED_WITH = {
    ("email", "ses"): set[str](),
    ("email", "sendgrid"): {"webhook_public_key"},
    ("email", "mailgun"): {"webhook_signing_key"},
    ("email", "postmark"): set[str](),
    ("email", "resend"): {"webhook_signing_secret"},
    ("sms", "twilio"): {"auth_token"},
    ("sms", "vonage"): {"webhook_signing_secret"},
    ("sms", "telnyx"): {"webhook_public_key"},
    ("sms", "plivo"): {"auth_token"},
    ("whatsapp", "twilio"): {"auth_token"},
    ("whatsapp", "meta"): {"app_secret", "verify_token"},
}
PUBLIC = {"webhook_public_key"}


def test_these_providers_call() -> None:
    assert {(str(type), name) for (type, name), each in PROVIDERS.items() if each.callbacks} == {*VERIFIED_WITH}


def test_what_verifies_their_calls_is_a_setting_and_sealed() -> None:
    for (type, name), provider in PROVIDERS.items():
        needed = VERIFIED_WITH.get((str(type), name), set())
        assert needed <= {*provider.settings.__struct_fields__}
        assert needed - PUBLIC <= provider.secrets


def test_expo_is_asked() -> None:
    assert [name for (_, name), each in PROVIDERS.items() if each.receipts] == ["expo"]
