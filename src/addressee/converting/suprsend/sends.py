"""SuprSend's nodes that send: on one channel, on several at once, or on one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from addressee.converting.drafts import NodeDraft
from addressee.converting.suprsend.files import CHANNELS, Variant
from addressee.converting.suprsend.templates import KINDS, converted
from addressee.converting.values import listed

Templates = Mapping[str, Mapping[str, Sequence[Variant]]]

# By the type of a node that sends on one channel: the channels of templates that it may use.
SINGLE: Mapping[str, Sequence[str]] = {
    "send_email": ("email",),
    "send_sms": ("sms",),
    "send_whatsapp": ("whatsapp",),
    "send_inbox": ("inbox",),
    "send_mobile_push": ("androidpush", "iospush"),
    "send_webpush": ("webpush",),
    "send_slack": ("slack",),
    "send_ms_teams": ("ms_teams",),
}

# What a channel step says that has no template; it is held.
PLACEHOLDERS: Mapping[str, Mapping[str, Any]] = {
    "email": {"subject": "To be written", "text": "To be written"},
    "sms": {"body": "To be written"},
    "whatsapp": {"body": "To be written"},
    "inbox": {"body": "To be written"},
    "slack": {"text": "To be written"},
    "ms_teams": {"text": "To be written"},
    **{name: {"title": "To be written", "body": "To be written"} for name in ("androidpush", "iospush", "webpush")},
}

SUCCESSES = {"delivered": "delivered", "seen": "seen", "interaction": "interacted", "clicked": "interacted"}


def send(node: NodeDraft, kind: str, properties: dict[str, Any], templates: Templates) -> dict[str, Any]:
    """Returns the step of a node that sends."""
    if properties.get("channels_expr"):
        node.note(
            "channels_expr chooses channels as it runs", "write a branch for each choice", "channels_expr", holds=True
        )
    slug = str(properties.get("template") or "")
    known = templates.get(slug)
    if known is None:
        node.note(
            f"the template {slug!r} is not among the files", "give its files too, or write it", "template", holds=True
        )
    wanted = channels_wanted(node, kind, properties, known or {})
    found = {channel: template_of(node, channel, (known or {}).get(channel, ())) for channel in wanted}
    by_key = {node.draft.channel(KINDS[channel]): template for channel, template in found.items()}
    if kind in SINGLE and len(by_key) == 1:
        ((key, template),) = by_key.items()
        return node.step(type="channel", channel_key=key, template=template)
    return route(node, kind, properties, by_key)


def channels_wanted(node: NodeDraft, kind: str, properties: dict[str, Any], known: Mapping[str, Any]) -> list[str]:
    """Returns the channels of a node: those that it names, else those of its template."""
    if kind in SINGLE:
        return [each for each in SINGLE[kind] if each in known] or [SINGLE[kind][0]]
    named = properties.get("channels")
    wanted = [each for each in named if each in CHANNELS] if isinstance(named, list) else []
    wanted = wanted or [each for each in CHANNELS if each in known]
    if missing := [each for each in wanted if known and each not in known]:
        node.note(f"the template has no content for {', '.join(missing)}", "leave these channels out", "channels")
    return [each for each in wanted if not known or each in known] or ["email"]


def template_of(node: NodeDraft, channel: str, variants: Sequence[Variant]) -> dict[str, Any]:
    """Returns the template of a channel: the variant for everybody. Others are noted."""
    chosen = chosen_of(variants)
    for each in variants:
        if each is not chosen:
            line = each.source.origin(each.path).line
            was = f"the variant {each.name!r} of {channel} is for some"
            node.note_in(each.file, line, was, "write a branch for it, or texts by language")
    template = None if chosen is None else converted(node, chosen)
    if template is None:
        if chosen is not None and not node.held:
            line = chosen.source.origin(chosen.path).line
            node.note_in(chosen.file, line, f"the variant {chosen.name!r} says nothing", "write it", holds=True)
        return dict(PLACEHOLDERS[channel])
    return template


def chosen_of(variants: Sequence[Variant]) -> Variant | None:
    plain = [each for each in variants if not each.is_special]
    named = [each for each in plain if each.name == "default"]
    english = [each for each in plain if str(each.value.get("locale", "en")).startswith("en")]
    return next(iter(named or english or plain), None)


def route(node: NodeDraft, kind: str, properties: dict[str, Any], templates: dict[str, Any]) -> dict[str, Any]:
    """Returns a route: on all channels at once, or on one after the other until somebody takes notice."""
    channels = list(templates)
    if kind != "send_smart_channel_routing":
        return node.step(type="route", channels=channels, mode="all", templates=templates)
    outside = [key for key in channels if key != "in-app"]
    mandatory = [
        key
        for each in map(str, listed(properties.get("mandatory_channels")))
        if each in KINDS and (key := node.draft.channel(KINDS[each])) in channels
    ]
    within = properties.get("ttl_value")
    if len([key for key in outside if key not in mandatory]) > 1:
        node.note("SuprSend begins with the channel that costs least", "put `channels` in this order", "channels")
        if within is None:
            node.note("ttl_value is not given", "say `within` which time all channels are tried", "ttl_value")
            within = "1h"
    success = str(properties.get("success") or "seen")
    return node.step(
        type="route",
        channels=channels,
        mode="first_success",
        success=SUCCESSES.get(success, {"event": success}),
        within=within,
        mandatory=mandatory or None,
        templates=templates,
    )
