"""One person on every channel: added through the official SuprSend SDK, reached by one trigger of Knock's."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from knockapi import AsyncKnock

from addressee.cli.demo.service import Service
from addressee.cli.demo.vendors import VendorRequest, Vendors

PERSON = "ada"
NAME = "Ada"
TEXT = f"{NAME}, your table is ready"

PHONE, WHATSAPP = "+4915112345678", "+447911123456"
ANDROID_TOKEN, IOS_TOKEN = "androidpush_token__2", "a1b2c3d4" * 8
SLACK_TOKEN = "xoxb-ada"  # noqa: S105
EMAIL = "ada@example.org"

CHANNELS: dict[str, tuple[str, str, dict[str, str]]] = {
    "mail": ("email", "postmark", {"api_key": "${POSTMARK_TOKEN}", "from": "hello@example.com"}),
    "sms": (
        "sms",
        "twilio",
        {"account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "${AUTH_TOKEN}", "from": "+15005550006"},
    ),
    "whatsapp": ("whatsapp", "meta", {"phone_number_id": "1061", "access_token": "${ACCESS_TOKEN}"}),
    "android": ("push", "fcm", {"service_account": "${SERVICE_ACCOUNT}"}),
    "ios": (
        "push",
        "apns",
        {"key": "${APNS_KEY}", "key_id": "ABC123DEFG", "team_id": "DEF123GHIJ", "topic": "com.example.app"},
    ),
    "browser": (
        "push",
        "web_push",
        {"public_key": "${VAPID_PUBLIC}", "private_key": "${VAPID_PRIVATE}", "subject": "mailto:ops@example.com"},
    ),
    "slack": ("chat", "slack", {}),
}

# The vendor behind each provider.
VENDORS = {"web_push": "push-service"}

TEMPLATES: dict[str, dict[str, str]] = {
    "email": {"subject": "Table 7", "text": "{{ recipient.name }}, your table is ready"},
    "sms": {"body": "{{ recipient.name }}, your table is ready"},
    "whatsapp": {"body": "{{ recipient.name }}, your table is ready"},
    "push": {"title": "Table 7", "body": "{{ recipient.name }}, your table is ready"},
    "chat": {"text": "{{ recipient.name }}, your table is ready"},
}

WORKFLOW = "everywhere"


class Arrival(NamedTuple):
    """A message as it arrived: where a vendor was told to bring it, and its text."""

    channel: str
    vendor: str
    to: str
    text: str


class Browser:
    """A browser that subscribed to web push, and can read what is sent to it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = b"sixteen bytes ok"

    def subscription(self, endpoint: str) -> dict[str, Any]:
        keys = {"p256dh": encoded(point(self._key)), "auth": encoded(self._secret)}
        return {"endpoint": endpoint, "expirationTime": "", "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        found = http_ece.decrypt(body, private_key=self._key, auth_secret=self._secret, version="aes128gcm")
        read: dict[str, Any] = json.loads(found)
        return read


@dataclass(frozen=True, slots=True)
class Accounts:
    """Keys of accounts with vendors, made for this run; and the browser of the person."""

    apns: ec.EllipticCurvePrivateKey
    vapid: ec.EllipticCurvePrivateKey
    google: rsa.RSAPrivateKey
    browser: Browser

    def environment(self, vendors: Vendors) -> dict[str, str]:
        """Returns the secrets that the files of the channels name."""
        service_account = {
            "project_id": "demo",
            "private_key_id": "1",
            "private_key": pem(self.google),
            "client_email": "push@demo.iam.gserviceaccount.com",
            "token_uri": vendors.at("google") + "/token",
        }
        return {
            "POSTMARK_TOKEN": "s3rver",
            "AUTH_TOKEN": "s3cret",
            "ACCESS_TOKEN": "EAAdemo",
            "SERVICE_ACCOUNT": json.dumps(service_account),
            "APNS_KEY": pem(self.apns),
            "VAPID_PUBLIC": encoded(point(self.vapid)),
            "VAPID_PRIVATE": encoded(self.vapid.private_numbers().private_value.to_bytes(32, "big")),
        }


def new_accounts() -> Accounts:
    curve = ec.SECP256R1()
    google = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Accounts(ec.generate_private_key(curve), ec.generate_private_key(curve), google, Browser())


async def reach_everywhere(service: Service, knock: AsyncKnock, vendors: Vendors) -> tuple[UUID, Accounts]:
    """Pushes the channels and the workflow, adds the person, and triggers. Returns the run. Raises CommandError."""
    accounts = new_accounts()
    folder = service.log.with_name("files")
    write_files(folder, vendors)
    await service.command("push", str(folder), "--environment", "development", **accounts.environment(vendors))
    workspace = json.loads(
        await service.command("keys", "create", "--environment", "development", "--kind", "workspace", "--json")
    )
    subscription = accounts.browser.subscription("https://push.example.com/send/1")
    await asyncio.to_thread(add_person, service.url, workspace["key"], workspace["secret"], subscription)
    accepted = await knock.workflows.trigger(WORKFLOW, recipients=[PERSON])
    return UUID(accepted.workflow_run_id), accounts


def write_files(folder: Path, vendors: Vendors) -> None:
    """Writes the files of the channels and of the workflow. JSON is YAML."""
    (folder / "channels").mkdir(parents=True)
    (folder / "workflows").mkdir()
    steps = []
    for key, (type, provider, settings) in CHANNELS.items():
        endpoint = vendors.at(VENDORS.get(provider, provider))
        file = {"type": type, "provider": provider, "settings": {**settings, "endpoint": endpoint}}
        (folder / "channels" / f"{key}.yaml").write_text(json.dumps(file, indent=2))
        steps.append({"ref": key, "channel": key, "template": TEMPLATES[type]})
    workflow = {"name": "On every channel", "steps": steps}
    (folder / "workflows" / f"{WORKFLOW}.yaml").write_text(json.dumps(workflow, indent=2))


def add_person(url: str, key: str, secret: str, subscription: dict[str, Any]) -> None:
    """Adds the person's addresses as the documentation of SuprSend's SDK does (seed 002)."""
    from suprsend import Suprsend

    client = Suprsend(key, secret, base_url=url)
    user = client.users.get_edit_instance(PERSON)
    user.set("name", NAME)
    user.add_email(EMAIL)
    user.add_sms(PHONE)
    user.add_whatsapp(WHATSAPP)
    user.add_androidpush(ANDROID_TOKEN, "fcm")
    user.add_iospush(IOS_TOKEN, "ios")
    user.add_slack({"email": EMAIL, "access_token": SLACK_TOKEN})
    user.add_slack({"user_id": "U06ADA", "access_token": SLACK_TOKEN})
    user.add_slack({"channel_id": "C06TABLES", "access_token": SLACK_TOKEN})
    user.add_slack({"incoming_webhook": {"url": "https://hooks.slack.com/services/T1/B1/ada"}})
    user.add_webpush(subscription, "vapid")
    answer = client.users.async_edit(user)
    assert answer["success"], answer


def expected() -> list[Arrival]:
    return sorted(
        [
            Arrival("mail", "postmark", EMAIL, TEXT),
            Arrival("sms", "twilio", PHONE, TEXT),
            Arrival("whatsapp", "meta", WHATSAPP, TEXT),
            Arrival("android", "fcm", ANDROID_TOKEN, TEXT),
            Arrival("ios", "apns", IOS_TOKEN, TEXT),
            Arrival("browser", "push-service", "/send/1", TEXT),
            Arrival("slack", "slack", "U06LOVELACE", TEXT),
            Arrival("slack", "slack", "U06ADA", TEXT),
            Arrival("slack", "slack", "C06TABLES", TEXT),
            Arrival("slack", "slack", "/services/T1/B1/ada", TEXT),
        ]
    )


def arrivals(received: Sequence[VendorRequest], browser: Browser) -> list[Arrival]:
    """Returns the messages that vendors got, read as each of them reads them."""
    found = [arrival(request, browser) for request in received]
    return sorted(each for each in found if each is not None)


def arrival(request: VendorRequest, browser: Browser) -> Arrival | None:
    """Returns the message in a request, None when it asks for something else, like an access token."""
    match request.vendor:
        case "postmark":
            return Arrival("mail", "postmark", request.json["To"], request.json["TextBody"])
        case "twilio":
            return Arrival("sms", "twilio", request.form["To"], request.form["Body"])
        case "meta":
            return Arrival("whatsapp", "meta", request.json["to"], request.json["text"]["body"])
        case "fcm":
            message = request.json["message"]
            return Arrival("android", "fcm", message["token"], message["notification"]["body"])
        case "apns":
            return Arrival("ios", "apns", request.path.rpartition("/")[2], request.json["aps"]["alert"]["body"])
        case "push-service":
            return Arrival("browser", "push-service", request.path, browser.read(request.body)["body"])
        case "slack" if request.path.startswith("/services/"):
            return Arrival("slack", "slack", request.path, request.json["text"])
        case "slack" if request.path.endswith("chat.postMessage"):
            return Arrival("slack", "slack", request.json["channel"], request.json["text"])
    return None


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
