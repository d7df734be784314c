"""Amazon SES, as AWS documents SendEmail of its API version 2, and the errors of it and of all services."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from email import policy
from email.parser import BytesParser
from typing import Any

from addressee.channels.provider import ChannelType
from tests.channels.aws.service import assert_signed
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.cases.postmark import EMAIL
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply


def settings(server: ProviderServer) -> dict[str, Any]:
    return {
        "from": "Ünal Söze <hello@example.com>",
        "region": "eu-central-1",
        "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "session_token": "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22w==",
        "configuration_set": "events",
        "endpoint": server.url,
    }


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    assert_signed(request, settings, "ses")
    assert (request.method, request.path) == ("POST", "/v2/email/outbound-emails")
    assert request.headers["content-type"] == "application/json"
    content = request.json["Content"]["Raw"]["Data"]
    assert request.json == {
        "Destination": {"ToAddresses": ["ada@example.org"]},
        "Content": {"Raw": {"Data": content}},
        "EmailTags": [{"Name": "id", "Value": MESSAGE_ID}],
        "ConfigurationSetName": "events",
    }
    mail = BytesParser(policy=policy.default).parsebytes(b64decode(content, validate=True))
    assert (mail["from"], mail["to"]) == ("Ünal Söze <hello@example.com>", "ada@example.org")
    assert (mail["subject"], mail["reply-to"]) == (EMAIL.subject, EMAIL.reply_to)
    assert mail["auto-submitted"] == "auto-generated"
    assert [each.get_content().strip() for each in mail.iter_parts()] == [EMAIL.text, EMAIL.html]


def error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"message": message}, {"x-amzn-errortype": f"{code}:http://internal.amazon.com/coral/"})


UNVERIFIED = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "

CASES = [
    SenderCase(
        channel_type=ChannelType.EMAIL,
        provider="ses",
        settings=settings,
        message=EMAIL,
        check=check,
        accepted=Reply(200, {"MessageId": "010701820a6f2e1b-3f5c-000000"}),
        provider_id="010701820a6f2e1b-3f5c-000000",
        hidden=(EMAIL.subject, str(EMAIL.html), str(EMAIL.text)),
        rejected=[
            error(400, "MessageRejected", f"{UNVERIFIED}ada@example.org"),
            error(400, "MessageRejected", "Transaction failed: Duplicate header 'From'."),
            error(400, "BadRequestException", "Illegal address"),
        ],
        temporary=[
            Reply(500),
            error(500, "InternalServiceErrorException", "Internal failure"),
            error(503, "ServiceUnavailable", "Service is unavailable"),
        ],
        limited=[
            error(429, "TooManyRequestsException", "Maximum sending rate exceeded."),
            error(400, "ThrottlingException", "Rate exceeded"),
            error(400, "LimitExceededException", "Daily message quota exceeded."),
        ],
        refused=[
            error(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
            error(403, "InvalidSignatureException", "The request signature we calculated does not match yours."),
            error(403, "ExpiredTokenException", "The security token included in the request is expired"),
            Reply(403, {"Message": "User: arn:aws:iam::1:user/a is not authorized to perform: ses:SendRawEmail"}),
            error(400, "MessageRejected", f"{UNVERIFIED}Ünal Söze <hello@example.com>, hello@example.com"),
            error(400, "MailFromDomainNotVerifiedException", "Domain is not verified."),
            error(400, "AccountSuspendedException", "Account is suspended."),
            error(400, "SendingPausedException", "Sending is paused for this account."),
            error(404, "NotFoundException", "Configuration set <events> does not exist."),
        ],
    )
]
