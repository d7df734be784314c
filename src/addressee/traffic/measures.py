"""Names of what is counted, as they are stored."""

from __future__ import annotations

# Recipients that a write has changed.
WRITES = "writes"
# Runs of recipients that were stored.
RUNS = "runs"
# Sends that a provider took, and those that will not be tried again.
SENT = "sent"
FAILED = "failed"

MESSAGES = "messages."


def messages_by(channel_type: str) -> str:
    """Returns the name of new messages on channels of a type."""
    return f"{MESSAGES}{channel_type}"
