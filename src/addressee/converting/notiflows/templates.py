"""Notiflows' templates, as templates of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from addressee.converting.drafts import NodeDraft
from addressee.converting.liquid_names import renamed
from addressee.converting.notiflows.names import rename_in

# By Notiflows' type of channel: the kind of channel here.
KINDS: Mapping[str, str] = {
    "email": "email",
    "sms": "sms",
    "in_app": "in_app",
    "chat": "slack",
    "web_push": "web_push",
    "mobile_push": "android_push",
    "webhook": "webhook",
}

# Fields that have no place here.
LOST: Mapping[str, Sequence[str]] = {
    "in_app": ("primary_action", "secondary_action"),
    "web_push": ("icon",),
    "mobile_push": (
        *("subtitle", "category", "thread_id", "collapse_id", "interruption_level", "relevance_score"),
        "android_channel_id",
    ),
}

# What a step says whose template is missing; it is held.
PLACEHOLDERS: Mapping[str, Mapping[str, Any]] = {
    "email": {"subject": "To be written", "text": "To be written"},
    "web_push": {"title": "To be written", "body": "To be written"},
    "mobile_push": {"title": "To be written", "body": "To be written"},
    "chat": {"text": "To be written"},
    "webhook": {"url": "https://example.com"},
}


class Template:
    """The template of a step, whose texts are converted."""

    def __init__(self, node: NodeDraft, fields: Mapping[str, Any], *path: str | int) -> None:
        self.fields = fields
        self._node = node
        self._path = path

    def text(self, name: str) -> str:
        source = str(self.fields.get(name) or "")
        translation = renamed(source, rename_in(source))
        for problem in translation.problems:
            where = f"{name} line {problem.line}: {problem.was}"
            self._node.note(where, problem.todo, *self._path, name, holds=True)
        return translation.text

    def optional(self, name: str) -> str | None:
        return self.text(name) if self.fields.get(name) not in (None, "") else None


def converted(node: NodeDraft, kind: str, fields: Mapping[str, Any], *path: str | int) -> dict[str, Any]:
    """Returns the template of a step. One that says nothing is noted, and the step held."""
    node.lost(dict(fields), LOST.get(kind, ()), *path)
    template = Template(node, fields, *path)
    found = TEMPLATES[kind](template)
    kept = {name: value for name, value in found.items() if value not in (None, "")}
    if kind == "webhook" or any(name in kept for name in ("body", "html", "text", "blocks")):
        return kept
    node.note("there is no template", "write it", *path, holds=True)
    return dict(PLACEHOLDERS.get(kind, {"body": "To be written"}))


def email(template: Template) -> dict[str, Any]:
    is_text = template.fields.get("content_type", "plaintext") == "plaintext"
    return {"subject": template.text("subject"), "text" if is_text else "html": template.optional("body")}


def in_app(template: Template) -> dict[str, Any]:
    return {"body": template.optional("body"), "action_url": template.optional("action_url")}


def sms(template: Template) -> dict[str, Any]:
    return {"body": template.optional("body")}


def chat(template: Template) -> dict[str, Any]:
    return {"blocks" if template.fields.get("content_type") == "json" else "text": template.optional("body")}


def push(template: Template) -> dict[str, Any]:
    badge, seconds = template.fields.get("badge_count"), template.fields.get("ttl")
    return {
        "title": template.optional("title"),
        "body": template.optional("body"),
        "image": template.optional("image_url") or template.optional("image"),
        "action_url": template.optional("action_url"),
        "badge": badge if isinstance(badge, int) else None,
        "sound": template.optional("sound"),
        "time_to_live": seconds if isinstance(seconds, int) else None,
    }


def webhook(template: Template) -> dict[str, Any]:
    headers = template.fields.get("headers")
    named = headers if isinstance(headers, dict) else {}
    return {
        "url": template.optional("url"),
        "method": str(template.fields.get("method") or "POST"),
        "headers": {str(name): Template(template._node, named).text(name) for name in named} or None,
        "body": template.optional("body"),
    }


TEMPLATES: Mapping[str, Callable[[Template], dict[str, Any]]] = {
    "email": email,
    "in_app": in_app,
    "sms": sms,
    "chat": chat,
    "web_push": push,
    "mobile_push": push,
    "webhook": webhook,
}
