"""States, events and reasons of messages and runs in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from addressee.messaging.messages.status import Status
from addressee.messaging.steps.run import RunStatus


class Shown(NamedTuple):
    """A word, and the tone of the badge that shows it."""

    text: str
    tone: str = ""


STATUSES: Mapping[str, Shown] = {
    Status.QUEUED: Shown("Queued", "busy"),
    Status.DELIVERY_ATTEMPTED: Shown("Trying again", "busy"),
    Status.SENT: Shown("Sent", "good"),
    Status.DELIVERED: Shown("Delivered", "good"),
    Status.NOT_SENT: Shown("Not sent"),
    Status.UNDELIVERED: Shown("Failed", "bad"),
    Status.BOUNCED: Shown("Bounced", "bad"),
}

RUN_STATUSES: Mapping[str, Shown] = {
    RunStatus.QUEUED: Shown("Queued", "busy"),
    RunStatus.PROCESSING: Shown("Under way", "busy"),
    RunStatus.PAUSED: Shown("Waiting", "busy"),
    RunStatus.COMPLETED: Shown("Completed", "good"),
    RunStatus.CANCELLED: Shown("Cancelled"),
}

CHANNEL_TYPES: Mapping[str, str] = {
    "email": "E-mail",
    "in_app_feed": "In-app",
    "push": "Push",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "chat": "Chat",
    "http": "Webhook",
}

MESSAGE_EVENTS: Mapping[str, str] = {
    "created": "Made by the workflow",
    "queued": "Queued to be sent",
    "delivery_attempted": "An attempt failed",
    "sent": "The provider took it",
    "delivered": "It arrived",
    "not_sent": "It was not sent",
    "undelivered": "It could not be delivered",
    "bounced": "It bounced",
    "seen": "Seen",
    "unseen": "Marked as unseen",
    "read": "Read",
    "unread": "Marked as unread",
    "interacted": "Interacted with",
    "archived": "Archived",
    "unarchived": "Taken out of the archive",
    "dismissed": "Dismissed",
    "link_clicked": "A link was clicked",
}

RUN_EVENTS: Mapping[str, str] = {
    "step_started": "The step began",
    "step_skipped": "The step was skipped",
    "step_completed": "The step is done",
    "step_held": "The step waits",
    "step_retried": "The step is tried again later",
    "message_enqueued": "A message was made",
    "link_refused": "A link was left out",
    "failed_over": "Another channel took over",
    "channel_chosen": "A channel of the group was taken",
    "branch_taken": "A branch was taken",
    "branch_terminated": "The branch ended",
    "batched": "Joined a batch",
    "batch_opened": "A batch was opened",
    "batch_closed": "The batch closed",
    "batch_discarded": "The batch had too few items",
    "batch_led": "Goes on for the batch",
    "batch_key_empty": "The batch's key is empty",
    "cohort_key_empty": "The cohort's key is empty",
    "event_matched": "What it waited for came",
    "workflow_triggered": "Another workflow was triggered",
    "workflow_version_changed": "Goes on with a newer version of the workflow",
    "run_completed": "The run is complete",
    "run_stopped": "The run stopped early",
    "run_cancelled": "The run was cancelled",
    "error": "Something failed",
}

REASONS: Mapping[str, str] = {
    "recipient_missing": "The recipient does not exist, or not any more.",
    "actor_missing": "Whoever acted does not exist, or not any more.",
    "run_cancelled": "The run was cancelled before it was sent.",
    "preferences": "The recipient's preferences do not allow it.",
    "addresses_disabled": "All addresses of the recipient for this channel are disabled.",
    "addresses_invalid": "No address of the recipient for this channel has a valid form.",
    "address_missing": "The recipient does not have this address any more.",
    "address_disabled": "The address is disabled.",
    "suppressed": "The address is on the suppression list.",
    "channel_not_requested": "The trigger asked for other channels.",
    "no_feed": "The recipient can have no feed.",
    "no_address": "The recipient has no address for this channel.",
    "no_webhook": "The recipient has no webhook.",
    "no_phone_number": "The recipient has no phone number.",
    "no_whatsapp_number": "The recipient has no WhatsApp number.",
    "no_email_address": "The recipient has no e-mail address.",
    "no_push_token": "The recipient has no device for push messages.",
    "conditions": "Its conditions do not hold.",
    "not_supported": "Steps of this type are not carried out here.",
    "capped": "The recipient has got as many as the cap allows.",
    "throttled": "It came too often; the throttle held it back.",
    "ratelimit": "It came too often; the limit of the workflow held it back.",
    "once_per_recipient": "The workflow runs once for each recipient, and has run.",
    "once_per_recipient_per_tenant": "The workflow runs once for each recipient and tenant, and has run.",
    "workflow_inactive": "The workflow is switched off.",
    "workflow_missing": "There is no such workflow.",
    "skip_delay": "The trigger said that delays are skipped.",
    "delay_invalid": "The time of the delay cannot be understood.",
    "window_invalid": "The throttle's window cannot be understood.",
    "send_windows": "It came outside the hours in which this is sent.",
    "time_window": "It came outside the time window.",
    "quiet_hours": "It came in the recipient's quiet hours.",
    "tenant_quiet_hours": "It came in the tenant's quiet hours.",
    "retries_exhausted": "All attempts failed.",
    "fatal_error": "It was refused for good.",
    "opted_out": "The owner of the address has told the provider not to be written to.",
    "sent_again": "An operator had it sent again.",
    "failover": "A stand-in of its channel took over.",
    "unfit_for_stand_in": "The channel that took over cannot send what it says.",
    "not_failed": "It arrived, or may arrive still.",
    "never_addressed": "It was never addressed to anybody: the trigger was a rehearsal, or it could not be written.",
    "content_erased": "What it said was erased.",
    "attachments_deleted": "Its attachments were deleted once it had been sent or given up.",
    "sandbox": "The trigger was a rehearsal (sandbox mode): nothing is sent.",
}

# Why a channel could not send a message, so that a stand-in took over.
FAILURES: Mapping[str, str] = {
    "temporary": "could not take it now, again and again",
    "unavailable": "was away or out of order",
    "rate_limited": "asked for a long pause",
    "credentials": "refused the credentials",
    "unconfirmed": "lost the answer",
    "not_opened": "has settings or secrets that cannot be used",
}

# The endings of reasons for which something is not held, and what they say of it.
ENDINGS: Mapping[str, str] = {
    "_too_long": "It would have been held for too long. ",
    "_never_open": "No time at which it may be sent is in sight. ",
}


def reason_in_words(reason: str) -> str:
    """Returns what a reason of a journal or an event means; one that is a sentence already stays as it is."""
    for ending, sentence in ENDINGS.items():
        if reason.endswith(ending):
            return sentence + REASONS.get(reason.removesuffix(ending), "")
    return REASONS.get(reason, reason)


SOURCES: Mapping[str, str] = {
    "api": "API",
    "broadcast": "Broadcast",
    "schedule": "Schedule",
    "event": "Event",
    "workflow_step": "Workflow",
}


def source_in_words(source: Mapping[str, Any]) -> str:
    """Returns what started a run: its kind, and which one of it."""
    kind = str(source.get("type", "api"))
    word = SOURCES.get(kind, kind.replace("_", " ").capitalize())
    which = next((source[name] for name in ("event", "workflow", "schedule_id") if source.get(name)), None)
    return word if which is None else f"{word} {which}"


def why(data: Mapping[str, Any] | None, *, open: bool) -> list[str]:
    """Returns what the data of an event say about why it came to it, in sentences.

    Unless it is `open`, what a provider said is left out, which may name an address.
    """
    if not data:
        return []
    told = [reason_in_words(str(data[name])) for name in ("reason", "failure_reason") if data.get(name)]
    if data.get("to_channel"):
        failed = FAILURES.get(str(data.get("failure")), str(data.get("failure")))
        told.append(f"From {data.get('from_channel')}, which {failed}, to {data['to_channel']}.")
    if open and (details := data.get("failure_details")):
        told.append(str(details))
    if data.get("layer"):
        scope = f", {str(data['scope']).replace('_', ' ')}" if data.get("scope") else ""
        told.append(f"Decided by: {str(data['layer']).replace('_', ' ')}{scope}.")
    if data.get("because"):
        told.append(f"On the list because: {str(data['because']).replace('_', ' ')}.")
    return told
