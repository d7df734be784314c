"""The form of the addresses of each kind, and the keys by which they are compared (suprsend.md §3.3, §4). Pure.

Secrets within a value are access tokens and URLs of webhooks. They are shown masked; a masked secret that a client
sends back stands for the stored one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from addressee.directory import phones
from addressee.directory.documents import check_text, check_value
from addressee.directory.emails import email_key, is_deliverable
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

MAX_TEXT_LENGTH = 4096

EMAIL = re.compile(r"\S+@\S+\.\S+")
EMAIL_LENGTHS = range(6, 128)
URL = re.compile(r"https?://\S+")
SLACK_TOKEN = re.compile(r"xox.*")
SLACK_USER = re.compile(r"[uUwW].*")
SLACK_CHANNEL = re.compile(r"[cC].*")
SLACK_WEBHOOK = re.compile(r"https://hooks\.slack\.com/.*")
TEAMS_SERVICE = re.compile(r"https://smba\.trafficmanager\.net/.*")
ANYTHING = re.compile(r".+", re.DOTALL)

# The directory's own fields of an address; all others are details.
OWN_NAMES = frozenset({"kind", "key", "value", "provider", "status", "added_at"})

SLACK_ALIASES = {"channel": "channel_id", "email_id": "email"}

WEBHOOK = "incoming_webhook"
SECRETS = frozenset({"access_token", "url"})

MASK = "********"
SHOWN_LENGTH = 4
LEAST_LENGTH_TO_SHOW_AN_END = 12

# Kinds whose value is a device token; the provider is a part of their key.
TOKENS = frozenset({"push", "android_push", "ios_push"})

# The prefix of the keys of addresses that are identified by the URL of a webhook.
URL_KEY = "url:"


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a kind of address.

    `checked` returns a client's value as it is stored, or raises RefusedError. `key` returns the key of a value, which
    may be incomplete, or None when it does not contain the key; `identified` returns the least value that has a key.
    If the kind has `providers`, the first is the default.
    """

    checked: Callable[[Any, str], Any]
    key: Callable[[Any], str | None]
    identified: Callable[[str], Any] = str
    providers: tuple[str, ...] = ()
    provider_aliases: Mapping[str, str] = field(default_factory=dict)


def checked_email(value: Any, field: str) -> str:
    """Accepts addresses that nothing can be sent to as well; `warning_for` returns the warning."""
    text = given_text(value, field).strip()
    if len(text) not in EMAIL_LENGTHS or not EMAIL.fullmatch(text):
        raise RefusedError("email", field, f"{field} must be an e-mail address of 6 to 127 characters.")
    return text


def checked_phone(value: Any, field: str) -> str:
    number = phones.e164(given_text(value, field))
    if number is None:
        raise RefusedError("phone_number", field, f"{field} must be a phone number, like +491701234567.")
    return number


def checked_token(value: Any, field: str) -> str:
    return matching(ANYTHING, value, field, "must be a token")


def token_key(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def checked_web_push(value: Any, field: str) -> Document:
    subscription = given_object(value, field)
    matching(ANYTHING, subscription.get("endpoint"), f"{field}.endpoint", "must be a URL")
    keys = given_object(subscription.get("keys"), f"{field}.keys")
    for name in ("p256dh", "auth"):
        matching(ANYTHING, keys.get(name), f"{field}.keys.{name}", "must be a key")
    return subscription


def identified_web_push(key: str) -> Document:
    return {"endpoint": key}


def web_push_key(value: Any) -> str | None:
    return token_key(value.get("endpoint")) if isinstance(value, dict) else None


def checked_slack(value: Any, field: str) -> Document:
    """Accepts an e-mail address, a member or a channel, each with an access token, or a webhook."""
    slack = in_slack_words(given_object(value, field))
    match one_of(slack, ("email", "user_id", "channel_id", WEBHOOK), field):
        case "email":
            slack["email"] = checked_email(slack["email"], f"{field}.email")
        case "user_id":
            matching(SLACK_USER, slack["user_id"], f"{field}.user_id", "must start with U or W")
        case "channel_id":
            matching(SLACK_CHANNEL, slack["channel_id"], f"{field}.channel_id", "must start with C")
        case _:
            check_webhook(SLACK_WEBHOOK, slack, field, "must start with https://hooks.slack.com/")
            return slack
    secret(SLACK_TOKEN, slack.get("access_token"), f"{field}.access_token", "must start with xox")
    return slack


def slack_key(value: Any) -> str | None:
    """The access token is not a part of the key: a new token does not make a new address."""
    slack = in_slack_words(value) if isinstance(value, dict) else {}
    if (email := email_key(slack.get("email"))) is not None:
        return f"email:{email}"
    return named_key(slack, "user_id") or named_key(slack, "channel_id") or webhook_key(slack)


def in_slack_words(value: Document) -> Document:
    """Returns a value without nulls and with aliases of names replaced."""
    return {SLACK_ALIASES.get(name, name): item for name, item in value.items() if item is not None}


def checked_ms_teams(value: Any, field: str) -> Document:
    """Accepts a conversation or a user, each with its tenant and service, or a webhook."""
    teams = without_nulls(given_object(value, field))
    name = one_of(teams, ("conversation_id", "user_id", WEBHOOK), field)
    if name == WEBHOOK:
        check_webhook(URL, teams, field, "must be a URL")
        return teams
    for part in (name, "tenant_id"):
        matching(ANYTHING, teams.get(part), f"{field}.{part}", "must be an id")
    starts = "must start with https://smba.trafficmanager.net/"
    matching(TEAMS_SERVICE, teams.get("service_url"), f"{field}.service_url", starts)
    return teams


def ms_teams_key(value: Any) -> str | None:
    teams = value if isinstance(value, dict) else {}
    whom = named_key(teams, "conversation_id") or named_key(teams, "user_id")
    if whom is None:
        return webhook_key(teams)
    tenant = named_key(teams, "tenant_id")
    return None if tenant is None else f"{tenant} {whom}"


def checked_discord(value: Any, field: str) -> Document:
    """Accepts a channel or a webhook."""
    discord = without_nulls(given_object(value, field))
    if one_of(discord, ("channel_id", WEBHOOK), field) == WEBHOOK:
        check_webhook(URL, discord, field, "must be a URL")
    else:
        matching(ANYTHING, discord["channel_id"], f"{field}.channel_id", "must be an id")
    return discord


def discord_key(value: Any) -> str | None:
    discord = value if isinstance(value, dict) else {}
    return named_key(discord, "channel_id") or webhook_key(discord)


def checked_chat(value: Any, field: str) -> Document:
    """Accepts a chat by its id, which may be a number."""
    chat = given_object(value, field)
    id = chat.get("chat_id")
    text = str(id) if isinstance(id, int) and not isinstance(id, bool) else id
    return {**chat, "chat_id": matching(ANYTHING, text, f"{field}.chat_id", "must be an id")}


def chat_key(value: Any) -> str | None:
    chat = value if isinstance(value, dict) else {}
    id = chat.get("chat_id")
    return named_key({"chat_id": str(id)} if isinstance(id, int) and not isinstance(id, bool) else chat, "chat_id")


def checked_webhook(value: Any, field: str) -> Document:
    webhook = given_object(value, field)
    secret(URL, webhook.get("url"), f"{field}.url", "must be a URL")
    return webhook


def url_key(value: Any) -> str | None:
    url = token_key(value.get("url")) if isinstance(value, dict) else None
    return None if url is None else f"{URL_KEY}{url}"


def identified_by_name(key: str) -> Document:
    """Returns the value of a key that names an id, or the URL of a webhook."""
    name, _, text = key.partition(":")
    return {WEBHOOK: {"url": text}} if f"{name}:" == URL_KEY else {name: text}


def identified_ms_teams(key: str) -> Document:
    if key.startswith(URL_KEY):
        return identified_by_name(key)
    tenant, _, whom = key.partition(" ")
    return identified_by_name(tenant) | identified_by_name(whom)


def identified_webhook(key: str) -> Document:
    return {"url": key.removeprefix(URL_KEY)}


FORMS: Mapping[str, Form] = {
    "email": Form(checked_email, email_key),
    "sms": Form(checked_phone, phones.phone_key),
    "whatsapp": Form(checked_phone, phones.phone_key),
    "push": Form(checked_token, token_key, providers=("expo", "one_signal", "aws_sns")),
    "android_push": Form(checked_token, token_key, providers=("fcm", "xiaomi", "oppo")),
    "ios_push": Form(checked_token, token_key, providers=("apns",), provider_aliases={"ios": "apns"}),
    "web_push": Form(checked_web_push, web_push_key, identified_web_push, ("vapid",)),
    "slack": Form(checked_slack, slack_key, identified_by_name),
    "ms_teams": Form(checked_ms_teams, ms_teams_key, identified_ms_teams),
    "discord": Form(checked_discord, discord_key, identified_by_name),
    "chat": Form(checked_chat, chat_key, identified_by_name, ("telegram",)),
    "webhook": Form(checked_webhook, url_key, identified_webhook),
}


def form_of(kind: str) -> Form:
    form = FORMS.get(kind)
    if form is None:
        raise RefusedError("kind", "addresses", f"{kind!r} is no kind of address; there are {', '.join(FORMS)}.")
    return form


def provider_of(kind: str, given: Any) -> str | None:
    """Returns the given provider, or the default one of the kind. Raises RefusedError for an unknown one."""
    providers = form_of(kind).providers
    if given is None:
        return providers[0] if providers else None
    named = provider_named(kind, given)
    if named not in providers:
        known = " or ".join(providers) or "none"
        raise RefusedError("provider", f"addresses.{kind}", f"The provider of {kind} must be {known}.")
    return named


def provider_named(kind: str, given: Any) -> str | None:
    """Returns a provider, which may be unknown, in lower case and without aliases. Raises RefusedError for no text."""
    form = form_of(kind)
    if given is None:
        return None
    name = given_text(given, f"addresses.{kind}.provider").strip().lower()
    return form.provider_aliases.get(name, name)


def key_of(kind: str, value: Any, provider: str | None) -> str:
    """Returns the key of an address. Raises RefusedError when the value does not contain it."""
    key = form_of(kind).key(value)
    if key is None:
        raise RefusedError("form", f"addresses.{kind}", f"The value does not say which address of {kind} is meant.")
    return f"{provider}:{key}" if kind in TOKENS else key


def named(kind: str, value: Any, provider: str | None, among: Sequence[Document]) -> list[Document]:
    """Returns the addresses that a value identifies: at most one, unless a device token is given without provider.

    The masked URL of a webhook identifies an address if it is the mask of just one. Raises RefusedError when the value
    does not contain a key.
    """
    key = key_of(kind, value, provider)
    own = [address for address in among if address["kind"] == kind]
    if kind in TOKENS and provider is None:
        return [address for address in own if address["value"] == value]
    if not key.startswith(URL_KEY + MASK):
        return [address for address in own if address["key"] == key]
    found = [address for address in own if masked_key(address["key"]) == key]
    return found if len(found) == 1 else []


def masked_key(key: str) -> str:
    return URL_KEY + mask(key.removeprefix(URL_KEY)) if key.startswith(URL_KEY) else key


def checked_details(kind: str, given: Mapping[str, Any]) -> Document:
    """Returns the details that are not null. Raises RefusedError unless they are texts, and names are not reserved."""
    details = without_nulls(dict(given))
    for name, text in details.items():
        if name in OWN_NAMES:
            raise RefusedError("detail", f"addresses.{kind}.{name}", f"{name} is no detail of an address.")
        check_text(name, f"addresses.{kind}")
        matching(ANYTHING, text, f"addresses.{kind}.{name}", "must be a text")
    return details


def warning_for(kind: str, value: Any) -> str | None:
    """Returns the warning about a value that is stored although it looks wrong, or None."""
    if kind == "web_push" and not URL.fullmatch(value["endpoint"]):
        return "The endpoint is not a URL; it was stored all the same."
    if kind == "email" and not is_deliverable(value):
        return "Nothing can be sent to this e-mail address; it was stored all the same."
    return None


def masked(value: Any) -> Any:
    """Returns a value with its secrets masked, except the last four characters of those of 12 or more."""
    if isinstance(value, dict):
        return {
            name: mask(item) if name in SECRETS and isinstance(item, str) else masked(item)
            for name, item in value.items()
        }
    return [masked(item) for item in value] if isinstance(value, list) else value


def mask(text: str) -> str:
    return MASK + (text[-SHOWN_LENGTH:] if len(text) >= LEAST_LENGTH_TO_SHOW_AN_END else "")


def holds_masked(value: Any) -> bool:
    return isinstance(value, dict) and any(
        (name in SECRETS and is_masked(item)) or holds_masked(item) for name, item in value.items()
    )


def is_masked(text: Any) -> bool:
    return isinstance(text, str) and text.startswith(MASK)


def without_masked(value: Document) -> Document:
    """Returns a value without masked secrets."""
    return {
        name: without_masked(item) if isinstance(item, dict) else item
        for name, item in value.items()
        if not (name in SECRETS and is_masked(item))
    }


def one_of(value: Document, names: tuple[str, ...], field: str) -> str:
    given = [name for name in names if name in value]
    if len(given) != 1:
        raise RefusedError("form", field, f"{field} must have one of {', '.join(names)}.")
    return given[0]


def check_webhook(pattern: re.Pattern[str], value: Document, field: str, rule: str) -> None:
    webhook = given_object(value[WEBHOOK], f"{field}.{WEBHOOK}")
    secret(pattern, webhook.get("url"), f"{field}.{WEBHOOK}.url", rule)


def webhook_key(value: Document) -> str | None:
    return url_key(value.get(WEBHOOK))


def named_key(value: Document, name: str) -> str | None:
    text = token_key(value.get(name))
    return None if text is None else f"{name}:{text}"


def secret(pattern: re.Pattern[str], value: Any, field: str, rule: str) -> None:
    if not is_masked(value):
        matching(pattern, value, field, rule)


def matching(pattern: re.Pattern[str], value: Any, field: str, rule: str) -> str:
    text = given_text(value, field)
    if len(text) > MAX_TEXT_LENGTH or not pattern.fullmatch(text):
        raise RefusedError("form", field, f"{field} {rule}, in 1 to {MAX_TEXT_LENGTH:,} characters.")
    return text


def given_text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise RefusedError("type", field, f"{field} must be a text.")
    check_text(value, field)
    return value


def given_object(value: Any, field: str) -> Document:
    if not isinstance(value, dict):
        raise RefusedError("type", field, f"{field} must be an object.")
    check_value(value, field)
    return value


def without_nulls(value: Document) -> Document:
    return {name: item for name, item in value.items() if item is not None}
