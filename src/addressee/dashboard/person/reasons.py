"""Why a message does not arrive, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REASONS: Mapping[str, str] = {
    "workflow_missing": "There is no such workflow.",
    "workflow_inactive": "The workflow is switched off.",
    "recipient_missing": "The recipient does not exist.",
    "actor_missing": "The actor does not exist.",
    "conditions": "Its conditions are not true.",
    "run_ended": "The run ends before it.",
    "not_supported": "Steps of this type are not carried out here.",
    "not_reached": "The run does not come to it.",
    "no_email_address": "There is no e-mail address to send to.",
    "no_phone_number": "There is no phone number to send to.",
    "no_whatsapp_number": "There is no WhatsApp number to send to.",
    "no_push_token": "There is no device that gets push messages.",
    "no_webhook": "There is no webhook to send to.",
    "no_address": "There is no address on this channel to send to.",
    "no_feed": "This recipient has no feed.",
    "addresses_disabled": "All addresses are disabled.",
    "addresses_invalid": "No address is valid.",
    "channel_not_requested": "The trigger asks for other channels only.",
    "skip_delay": "The trigger skips delays.",
    "delay_invalid": "The time to wait until cannot be read from the data.",
    "window_invalid": "Its window cannot be read.",
    "send_windows": "The step's send windows are closed.",
    "time_window": "The time window is closed.",
    "tenant_quiet_hours": "It is the tenant's quiet hours.",
    "quiet_hours": "It is the recipient's quiet hours.",
}

# What each layer of preferences is called.
LAYERS: Mapping[str, str] = {
    "recipient_default": "The recipient's own preferences",
    "recipient_tenant": "The recipient's preferences at the tenant",
    "tenant_default": "The tenant's default preferences",
    "tenant_policy": "The policies of the tenant",
    "environment_default": "The environment's default preferences",
    "category_default": "The defaults of the category",
}

SUPPRESSED: Mapping[str, str] = {
    "bounced": "mail to it bounced",
    "opted_out": "its owner opted out",
    "manual": "an operator or the API put it there",
    "complained": "its owner called a message spam",
}


def reason_of(obstacle: Mapping[str, Any]) -> str:
    """Returns a sentence for an obstacle of an explanation, or for the reason in an event of a simulation."""
    reason = str(obstacle.get("reason", obstacle.get("by", "")))
    match reason:
        case "preferences":
            return preference_of(obstacle)
        case "suppressed":
            return f"The address is suppressed: {SUPPRESSED.get(str(obstacle.get('because')), 'it is on the list')}."
        case "branch_not_taken":
            branch = obstacle.get("branch")
            taken = "no branch" if branch is None else f"the branch {branch}"
            return f"The run takes {taken} at {obstacle.get('step', 'the step before')}, which leads past it."
        case "channel_chosen":
            return f"The channel {obstacle.get('channel')} of the group takes the message."
        case "run_ended" | "not_reached" if "step" in obstacle:
            return f"{REASONS[reason].removesuffix('.')}: {obstacle['step']} leads past it."
        case "conditions" if "step" in obstacle:
            return f"The conditions of {obstacle['step']} are not true, which leads past it."
    for ending, words in (("_too_long", "It would be held for too long."), ("_never_open", "No window opens again.")):
        if reason.endswith(ending):
            return words
    return REASONS.get(reason) or f"{reason.replace('_', ' ').capitalize()}."


def preference_of(obstacle: Mapping[str, Any]) -> str:
    layer = LAYERS.get(str(obstacle.get("layer")), str(obstacle.get("layer")))
    verb = "ask for what is not the case" if "condition" in obstacle else "say no"
    return f"{layer} {verb}, at {obstacle.get('scope')}."
