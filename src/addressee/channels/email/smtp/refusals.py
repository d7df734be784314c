"""The meaning of mail servers' refusals for an e-mail and its address. Pure."""

from __future__ import annotations

import re

from addressee.channels.email.smtp.commands import Command, Reply
from addressee.channels.sender import Failed, Failure

MAX_REASON_LENGTH = 300
PERMANENT_CODES = range(500, 600)

# Answers to RCPT that mean that the mailbox does not exist. An enhanced code (RFC 3463) takes precedence. Other codes,
# like 5.7.1 for a relay that is not allowed, are about the sender.
NO_MAILBOX_CODES = (550, 551, 553)
ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")
NO_MAILBOX = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})


def rejection(reply: Reply) -> Failed:
    """Returns the failure for a reply that refuses: for good with 5xx, else for the moment."""
    reason = f"SMTP {reply.code}: {reply.text}"[:MAX_REASON_LENGTH]
    if reply.code not in PERMANENT_CODES:
        return Failed(Failure.TEMPORARY, reason)
    return Failed(Failure.BOUNCED if no_mailbox(reply) else Failure.PERMANENT, reason)


def no_mailbox(reply: Reply) -> bool:
    """Returns whether a reply to RCPT says that the mailbox does not exist, not that sending is forbidden."""
    enhanced = ENHANCED.match(reply.text)
    return (
        reply.command is Command.RCPT
        and reply.code in NO_MAILBOX_CODES
        and (enhanced is None or enhanced[0] in NO_MAILBOX)
    )
