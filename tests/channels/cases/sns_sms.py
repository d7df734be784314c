"""SMS by Amazon SNS, as AWS documents Publish, its errors, and those of all services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.sms.message import Sms
from tests.channels.aws.service import assert_signed
from tests.channels.case import MESSAGE_ID, SenderCase
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

SMS = Sms(MESSAGE_ID, "+491701234567", "Grüße & 🦊 + mehr")
KEYS = {
    "region": "eu-central-1",
    "access_key_id": "AKIDEXAMPLE",
    "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "session_token": "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22w==",
}
TAKEN = "567910cd-659e-55d4-8ccb-5aaf14679dc0"
NAMESPACE = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"'
ACCEPTED = Reply(
    200,
    f"<PublishResponse {NAMESPACE}><PublishResult><MessageId>{TAKEN}</MessageId></PublishResult>"
    "<ResponseMetadata><RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata>"
    "</PublishResponse>",
)


def error(status: int, code: str, message: str) -> Reply:
    return Reply(
        status,
        f"<ErrorResponse {NAMESPACE}>\n  <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>\n"
        f"    <Message>{message}</Message>\n  </Error>\n  <RequestId>9dd01905</RequestId>\n</ErrorResponse>\n",
    )


LIMITED = [
    Reply(429),
    error(400, "Throttling", "Rate exceeded"),
    error(429, "Throttled", "Rate exceeded"),
    error(400, "ThrottledException", "Rate exceeded"),
]
TEMPORARY = [
    error(500, "InternalError", "An internal server error occurred."),
    error(503, "ServiceUnavailable", "The service is unavailable."),
    Reply(502, "<html>Bad Gateway</html>"),
]
REFUSED = [
    error(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
    error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match."),
    error(403, "AuthorizationError", "User: arn:aws:iam::1:user/a is not authorized to perform: SNS:Publish"),
    error(403, "ExpiredToken", "The security token included in the request is expired"),
    error(400, "IncompleteSignature", "The request signature does not conform to AWS standards."),
    error(400, "RequestExpired", "The request reached the service more than 15 minutes after its date stamp."),
]


def settings(server: ProviderServer) -> dict[str, Any]:
    return {**KEYS, "from": "+4915735980000", "endpoint": server.url}


def with_sender_id(server: ProviderServer) -> dict[str, Any]:
    return {**KEYS, "from": "ACME", "message_type": "promotional", "endpoint": server.url}


def checked(request: ReceivedRequest, settings: Mapping[str, Any], sender: tuple[str, str], kind: str) -> None:
    assert_signed(request, settings, "sns")
    assert (request.method, request.path) == ("POST", "/")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    name, value = sender
    assert request.form == {
        "Action": "Publish",
        "Version": "2010-03-31",
        "PhoneNumber": "+491701234567",
        "Message": "Grüße & 🦊 + mehr",
        "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
        "MessageAttributes.entry.1.Value.DataType": "String",
        "MessageAttributes.entry.1.Value.StringValue": kind,
        "MessageAttributes.entry.2.Name": name,
        "MessageAttributes.entry.2.Value.DataType": "String",
        "MessageAttributes.entry.2.Value.StringValue": value,
    }


def check(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    checked(request, settings, ("AWS.MM.SMS.OriginationNumber", "+4915735980000"), "Transactional")


def check_with_sender_id(request: ReceivedRequest, settings: Mapping[str, Any]) -> None:
    checked(request, settings, ("AWS.SNS.SMS.SenderID", "ACME"), "Promotional")


CASE = SenderCase(
    channel_type=ChannelType.SMS,
    provider="aws_sns",
    settings=settings,
    message=SMS,
    check=check,
    accepted=ACCEPTED,
    provider_id=TAKEN,
    hidden=SMS.contents,
    rejected=[
        error(400, "InvalidParameter", "Invalid parameter: Message Reason: The message is too long"),
        error(400, "InvalidParameterValue", "Invalid parameter: MessageAttributes"),
        error(400, "UserError", "The number is not verified in the sandbox"),
    ],
    temporary=TEMPORARY,
    limited=LIMITED,
    refused=REFUSED,
    dead=[error(400, "InvalidParameter", "Invalid parameter: PhoneNumber Reason: +49170 is not valid to publish to")],
    opted_out=[error(400, "OptedOut", "The number +491701234567 has opted out of receiving SMS &amp; messages")],
)

CASES = [CASE, replace(CASE, settings=with_sender_id, check=check_with_sender_id)]
