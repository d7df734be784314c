"""What a message says: templates rendered for one recipient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from addressee.channels.links import EMBEDDED, checked_html, checked_url, schemes_of
from addressee.channels.providers import ChannelType
from addressee.directory import names
from addressee.directory.recipient import TENANTS, USERS, Recipient
from addressee.messaging.content import liquid, markdown
from addressee.messaging.content.templates import EmailTemplate, InAppTemplate, PushTemplate, Template
from addressee.messaging.environment.channels import Channel

# The name in a push's data under which an app looks for a link.
ACTION_URL = "action_url"

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


class Rendered(NamedTuple):
    """`refused` says which links were left out, and why."""

    content: Content
    refused: tuple[str, ...] = ()


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


def render(template: Template, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
    """What goes to these addresses. Raises TemplateError."""
    schemes = schemes_of(channel.settings)
    match template:
        case EmailTemplate():
            return email(template, scope, channel, to, schemes)
        case InAppTemplate():
            return in_app(template, scope, schemes)
        case PushTemplate():
            return push(template, scope, to, schemes)


def email(
    template: EmailTemplate, scope: Scope, channel: Channel, to: Sequence[str], schemes: frozenset[str]
) -> Rendered:
    html = checked_html(liquid.render(template.html or "", scope, liquid.HTML), schemes, EMBEDDED)
    said = EmailContent(
        sender=channel.settings["from"],
        to=", ".join(to),
        subject=liquid.render(template.subject, scope),
        html=template.html and html.text,
        text=template.text and liquid.render(template.text, scope),
        reply_to=channel.settings.get("reply_to"),
    )
    return Rendered(said, html.refused)


def in_app(template: InAppTemplate, scope: Scope, schemes: frozenset[str]) -> Rendered:
    """A link that is refused leaves its block empty: clients expect the block."""
    body = markdown.to_html(template.body, scope, schemes)
    made = [Block("body", "markdown", template.body, body.text)]
    if template.action_url is None:
        return Rendered(InAppContent(tuple(made)), body.refused)
    link = checked_url(liquid.render(template.action_url, scope), schemes)
    made.append(Block(ACTION_URL, "text", template.action_url, link.text))
    return Rendered(InAppContent(tuple(made)), body.refused + link.refused)


def push(template: PushTemplate, scope: Scope, to: Sequence[str], schemes: frozenset[str]) -> Rendered:
    """A link that is refused is not among the data."""
    given = template.data if template.action_url is None else {**template.data, ACTION_URL: template.action_url}
    data = {name: liquid.render(text, scope) for name, text in given.items()}
    link = checked_url(data.get(ACTION_URL, ""), schemes)
    if link.refused:
        del data[ACTION_URL]
    said = PushContent(
        tokens=tuple(to),
        title=liquid.render(template.title, scope),
        body=liquid.render(template.body, scope),
        data=data,
    )
    return Rendered(said, link.refused)


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
