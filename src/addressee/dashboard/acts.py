"""Acts of operators in words, and the pages of what they were done to."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.dashboard.recipients import recipient_url
from addressee.dashboard.visits import EnvironmentVisit
from addressee.operators.acts import Act

# Acts that are not said by their verb and noun.
PHRASES: Mapping[str, str] = {
    "explain.reveal": "looked at addresses in an explanation",
    "invitations.accept": "accepted an invitation",
    "jobs.run_again": "had a job run again",
    "jobs.run_all_again": "had all held jobs run again",
    "lists.add_member": "added a member to a list",
    "lists.remove_member": "removed a member from a list",
    "messages.send_again": "sent a message again",
    "one_time_passwords.switch_off": "switched one-time passwords off",
    "one_time_passwords.switch_on": "switched one-time passwords on",
    "operators.change_role": "changed the role of an operator",
    "operators.invite": "invited an operator",
    "operators.take_role": "took an operator's role away",
    "operators.withdraw": "withdrew an invitation",
    "passwords.change": "changed the own password",
    "sessions.begin": "signed in",
    "sessions.end": "ended own sessions",
    "settings.new_link_key": "ended all links of the environment",
    "settings.new_signing_key": "made a new signing key",
    "suppressions.reveal": "looked at suppressed addresses",
    "timeline.reveal": "looked at addresses in a timeline",
    "topics.add_subscriber": "added a subscriber to a topic",
    "topics.remove_subscriber": "removed a subscriber from a topic",
    "users.merge": "merged two people",
    "users.unmerge": "undid a merge of two people",
    "webhooks.resend": "had what a webhook missed sent again",
    "webhooks.reveal_secret": "looked at the secret of a webhook",
    "webhooks.rotate_secret": "replaced the secret of a webhook",
    "webhooks.test": "sent a test event to a webhook",
    "workflows.switch": "switched a workflow on or off",
}

VERBS: Mapping[str, str] = {
    "add": "added",
    "add_address": "added an address of",
    "cancel": "cancelled",
    "change": "changed",
    "create": "created",
    "delete": "deleted",
    "disable": "disabled",
    "discard": "discarded",
    "edit": "edited",
    "enable": "enabled",
    "enable_address": "enabled an address of",
    "export": "exported",
    "lift": "lifted",
    "make_link": "made a link to pages of",
    "merge": "merged",
    "purge": "purged",
    "remove": "removed",
    "remove_address": "removed an address of",
    "remove_channel_data": "removed channel data of",
    "reveal": "looked at addresses and contents of",
    "revoke": "revoked",
    "send": "sent",
    "set_preferences": "changed the preferences of",
    "set_primary_address": "changed the primary address of",
    "test": "tested",
    "trigger": "started",
    "undo": "undid",
}

NOUNS: Mapping[str, str] = {
    "bulk": "a bulk call",
    "channels": "a channel",
    "jobs": "a job",
    "keys": "a key",
    "lists": "a list",
    "merges": "a merge",
    "messages": "a message",
    "objects": "an object",
    "operators": "an operator",
    "preferences": "preferences",
    "runs": "a run",
    "settings": "settings",
    "suppressions": "a suppression",
    "tenants": "a tenant",
    "topics": "a topic",
    "users": "a person",
    "webhooks": "a webhook",
    "workflows": "a workflow",
}

# Things that are no recipients: those that have a page each, and those that are found on one.
THINGS_WITH_PAGES = frozenset({"bulk", "channels", "operators", "webhooks", "workflows"})
THINGS = THINGS_WITH_PAGES | {"jobs", "keys", "settings", "suppressions"}

# Details that name something with a page, with the section of it.
LINKED_DETAILS: Mapping[str, str] = {"message": "messages", "run": "runs", "workflow": "workflows"}


def phrase_of(act: Act) -> str:
    """Returns what an operator did, to follow the operator's name."""
    if act.name in PHRASES:
        return PHRASES[act.name]
    noun, _, verb = act.name.partition(".")
    known = VERBS.get(verb), NOUNS.get(noun)
    return f"{known[0]} {known[1]}" if None not in known else f"did {act.name}"


def subject_url(visit: EnvironmentVisit, act: Act) -> str | None:
    """Returns the page of what an act was done to; None where nothing is named, or what has none."""
    if act.collection is None or act.subject is None:
        return None
    if act.collection in THINGS and act.name.startswith(f"{act.collection}."):
        has_page = act.collection in THINGS_WITH_PAGES
        return visit.url(act.collection, act.subject) if has_page else visit.url(act.collection)
    return recipient_url(visit, act.collection, act.subject)


def detail_url(visit: EnvironmentVisit, name: str, value: object) -> str | None:
    """Returns the page of what a detail names; None where it names nothing with a page."""
    section = LINKED_DETAILS.get(name)
    return None if section is None else visit.url(section, value)
