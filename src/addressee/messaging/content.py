"""What a message says: templates rendered for one recipient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import nh3
from markdown_it import MarkdownIt

from addressee.channels.providers import ChannelType
from addressee.directory import names
from addressee.directory.recipient import TENANTS, USERS, Recipient
from addressee.messaging import templates
from addressee.messaging.workflow import Channel, EmailTemplate, InAppTemplate, PushTemplate, Template

MARKDOWN = MarkdownIt("commonmark")

Scope = Mapping[str, Any]


class Subscription(NamedTuple):
    """By which a recipient is told; the object is None once it is gone."""

    properties: Mapping[str, Any]
    object: Recipient | None


class Block(msgspec.Struct, frozen=True):
    """`content` is the template, `rendered` what the recipient sees: HTML when the type is markdown."""

    name: str
    type: Literal["markdown", "text"]
    content: str
    rendered: str


class EmailContent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=ChannelType.EMAIL.value):
    """`to` are all addresses that it goes to, with commas between them; each gets an e-mail of its own."""

    sender: str
    to: str
    subject: str
    html: str | None
    text: str | None
    reply_to: str | None


class InAppContent(msgspec.Struct, frozen=True, tag_field="type", tag=ChannelType.IN_APP_FEED.value):
    blocks: tuple[Block, ...]


class PushContent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=ChannelType.PUSH.value):
    """`tokens` are those of all devices that it goes to."""

    tokens: tuple[str, ...]
    title: str
    body: str
    data: dict[str, str]


Content = EmailContent | InAppContent | PushContent


def scope(
    *,
    recipient: Recipient,
    subscription: Subscription | None = None,
    actor: Recipient | None,
    tenant: Recipient | None,
    data: Mapping[str, Any],
    variables: Mapping[str, Any],
    workflow: Mapping[str, Any],
) -> Scope:
    """What templates see."""
    return {
        "recipient": {**exposed(recipient), **reason(subscription)},
        "actor": actor and exposed(actor),
        "tenant": tenant and exposed(tenant),
        "data": data,
        "vars": variables,
        "workflow": workflow,
    }


def exposed(recipient: Recipient) -> dict[str, Any]:
    """Properties stand beside attributes, so templates say `recipient.name` and `recipient.plan.tier`.

    A user's name and its parts follow from each other where they are not given. What a tenant's messages look like is
    below `settings`: `tenant.settings.branding.logo_url`.
    """
    shown = {**recipient.properties, **recipient.attributes, "id": recipient.place.id}
    if recipient.place.collection == USERS:
        shown |= names.derived(shown)
    if recipient.place.collection == TENANTS:
        shown["settings"] = {"branding": shown.pop("branding", None)}
    return shown


def reason(subscription: Subscription | None) -> dict[str, Any]:
    """Why the recipient is told, when it was not named: `recipient.subscription.properties.role`."""
    if subscription is None:
        return {}
    object = subscription.object and exposed(subscription.object)
    return {"subscription": {"properties": subscription.properties, "object": object}}


def render(template: Template, scope: Scope, channel: Channel, to: Sequence[str]) -> Content:
    """What goes to these addresses. Raises TemplateError."""
    match template:
        case EmailTemplate():
            html, text = template.html, template.text
            return EmailContent(
                sender=channel.settings["from"],
                to=", ".join(to),
                subject=templates.render(template.subject, scope),
                html=html and templates.render(html, scope, templates.HTML),
                text=text and templates.render(text, scope),
                reply_to=channel.settings.get("reply_to"),
            )
        case InAppTemplate():
            return InAppContent(tuple(blocks(template, scope)))
        case PushTemplate():
            link = {} if template.action_url is None else {"action_url": template.action_url}
            return PushContent(
                tokens=tuple(to),
                title=templates.render(template.title, scope),
                body=templates.render(template.body, scope),
                data={name: templates.render(text, scope) for name, text in {**template.data, **link}.items()},
            )


def blank(template: Template, channel: Channel, to: Sequence[str]) -> Content:
    """What a message says that could not be rendered."""
    match template:
        case EmailTemplate():
            return EmailContent(
                sender=channel.settings["from"],
                to=", ".join(to),
                subject="",
                html=None,
                text=None,
                reply_to=None,
            )
        case InAppTemplate():
            return InAppContent(())
        case PushTemplate():
            return PushContent(tokens=tuple(to), title="", body="", data={})


def blocks(template: InAppTemplate, scope: Scope) -> list[Block]:
    # Escaping keeps values from being read as HTML; what an author writes as HTML is kept as far as it is harmless.
    markdown = templates.render(template.body, scope, templates.HTML)
    made = [Block("body", "markdown", template.body, nh3.clean(MARKDOWN.render(markdown)).strip())]
    if template.action_url is not None:
        link = templates.render(template.action_url, scope)
        made.append(Block("action_url", "text", template.action_url, link))
    return made
