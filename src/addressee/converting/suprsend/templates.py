"""The contents of SuprSend's templates, as templates of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from addressee.converting.drafts import NodeDraft
from addressee.converting.handlebars.helpers import Escaping
from addressee.converting.suprsend.files import Variant
from addressee.converting.suprsend.texts import Texts

# By SuprSend's channel: the kind of channel here.
KINDS: Mapping[str, str] = {
    "email": "email",
    "sms": "sms",
    "whatsapp": "whatsapp",
    "inbox": "in_app",
    "slack": "slack",
    "ms_teams": "ms_teams",
    "androidpush": "android_push",
    "iospush": "ios_push",
    "webpush": "web_push",
}

# Fields that lay a message out, and are lost.
LOST: Mapping[str, Sequence[str]] = {
    "email": ("from_name", "from_address", "reply_to", "cc", "bcc", "extra_to"),
    "inbox": ("buttons", "avatar", "subtext", "tags", "extra_data", "image_url", "is_pinned", "is_expiry_enabled"),
    "sms": ("category", "header"),
    "whatsapp": ("header", "footer", "buttons"),
    "androidpush": (
        *("subtext", "icon_small", "icon_url", "buttons", "group", "timeout_sec", "is_silent", "is_sticky"),
        *("local_only", "color"),
    ),
    "iospush": ("content_available", "mutable_content", "thread_identifier"),
    "webpush": (
        *("icon_url", "badge_url", "vibrate", "is_sticky", "is_silent", "renotify", "group", "buttons", "dir", "lang"),
        "sound",
    ),
}


class Content:
    """The content of a variant, whose texts are converted for one step."""

    def __init__(self, node: NodeDraft, variant: Variant) -> None:
        self.fields = variant.content
        self._node = node
        self._variant = variant
        self._texts = Texts(node, variant)

    def text(self, name: str, escaping: Escaping = Escaping.NONE) -> str:
        return self._texts.text(self.fields.get(name) or "", escaping, name)

    def optional(self, name: str) -> str | None:
        return self._texts.optional(self.fields.get(name), Escaping.NONE, name)

    def below(self, names: Sequence[str], escaping: Escaping) -> str | None:
        value: Any = self.fields
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return self._texts.optional(value, escaping, *names)

    def lost(self, name: str, todo: str = "leave it out", *, holds: bool = False) -> None:
        self._texts.note(name, f"{name} of the template has no equivalent", todo, holds=holds)

    def has(self, name: str) -> bool:
        return self.fields.get(name) not in (None, "", False, [], {}, 0)


def converted(node: NodeDraft, variant: Variant) -> dict[str, Any] | None:
    """Returns the template of a variant, None if nothing of it can be said."""
    channel = str(variant.value["channel"])
    content = Content(node, variant)
    for name in LOST.get(channel, ()):
        if content.has(name):
            content.lost(name)
    if content.fields.get("templating_language") == "jsonnet":
        content.lost("templating_language", "Jsonnet is not converted: write the message in Liquid", holds=True)
        return None
    found = TEMPLATES[channel](content)
    return None if found is None else {name: value for name, value in found.items() if value is not None}


def email(content: Content) -> dict[str, Any] | None:
    body = content.fields.get("body")
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(body, dict) or kind not in ("raw", "designer", "plain_text"):
        return None
    for name in ("preheader", "email_markup"):
        if body.get(name):
            content.lost(f"body.{name}", "put it into the HTML")
    if kind == "designer" and (designer := body.get("designer")) and isinstance(designer, dict):
        for name in ("display_conditions", "merge_tags"):
            if designer.get(name):
                content.lost(f"body.designer.{name}", "see whether the HTML has these conditions and loops")
    return {
        "subject": content.text("subject"),
        "html": content.below(("body", kind, "html"), Escaping.HTML),
        "text": content.below(("body", kind, "text"), Escaping.NONE),
    }


def inbox(content: Content) -> dict[str, Any]:
    header = content.text("header", Escaping.MARKDOWN)
    body = content.text("body", Escaping.MARKDOWN)
    return {
        "body": f"**{header.strip()}**\n\n{body}" if header.strip() else body,
        "action_url": content.optional("action_url"),
    }


def sms(content: Content) -> dict[str, Any] | None:
    return {"body": content.text("body")} if content.has("body") else None


def whatsapp(content: Content) -> dict[str, Any] | None:
    text = content.below(("body", "text"), Escaping.NONE)
    if text is None:
        return None
    content.lost("approval", "name the approved template and its parameters: a text reaches within 24 hours alone")
    return {"body": text}


def slack(content: Content) -> dict[str, Any] | None:
    return chat(content, "block", "body_block", "blocks")


def ms_teams(content: Content) -> dict[str, Any] | None:
    return chat(content, "card", "body_card", "card")


def chat(content: Content, kind: str, name: str, ours: str) -> dict[str, Any] | None:
    if content.fields.get("body_type") != kind:
        return {"text": content.text("body_text")} if content.has("body_text") else None
    if not content.has(name):
        return None
    written = content.fields[name]
    if not isinstance(written, str):
        content.fields[name] = json.dumps(written, ensure_ascii=False)
    return {ours: content.text(name, Escaping.JSON)}


def push(content: Content) -> dict[str, Any]:
    extra = content.fields.get("extra_payload")
    data = None
    if isinstance(extra, dict) and extra:
        data = {str(name): content.below(("extra_payload", name), Escaping.NONE) or "" for name in extra}
    badge = content.fields.get("badge")
    return {
        "title": content.text("header"),
        "body": content.text("body"),
        "image": content.optional("image_url"),
        "action_url": content.optional("action_url"),
        "data": data,
        "badge": badge if isinstance(badge, int) and badge >= 0 else None,
        "sound": content.optional("channel_sound") or content.optional("sound"),
    }


TEMPLATES: Mapping[str, Callable[[Content], dict[str, Any] | None]] = {
    "email": email,
    "inbox": inbox,
    "sms": sms,
    "whatsapp": whatsapp,
    "slack": slack,
    "ms_teams": ms_teams,
    "androidpush": push,
    "iospush": push,
    "webpush": push,
}
