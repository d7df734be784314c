"""Workflows and templates as SuprSend's command line pulls them."""

from __future__ import annotations

from typing import Any


def workflow(*nodes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "$schema": "https://schema.suprsend.com/workflow/v1/schema.json",
        "name": "Hello",
        "category": "onboarding",
        "trigger_type": "api",
        **fields,
        "tree": {"nodes": list(nodes)},
    }


def node(kind: str, ref: str | None = None, **properties: Any) -> dict[str, Any]:
    return {"node_type": kind, **({"ref": ref} if ref else {}), "properties": properties}


def expression(*args: dict[str, Any], op: str = "AND") -> list[dict[str, Any]]:
    return [{"type": "expression_v1", "expression_v1": {"op": op, "args": list(args)}}]


def variant(channel: str, content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "default",
        "channel": channel,
        "tenant_id": None,
        "locale": "en",
        "conditions": None,
        "content": content,
    } | fields


def template(slug: str, channel: str, content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Returns the file of a variant by its path."""
    made = variant(channel, content, **fields)
    return {f"templates/{slug}/{channel}/{made['id']}/variant.json": made}


INBOX = template("hi", "inbox", {"body": "Hello **{{name}}**"})
EMAIL = template(
    "hi",
    "email",
    {"subject": "Hello {{name}}", "body": {"type": "raw", "raw": {"html": "@body.raw.html", "text": "Hi {{name}}"}}},
) | {"templates/hi/email/default/body.raw.html": "<p>Hello {{name}} &amp; {{{html}}}</p>\n"}
