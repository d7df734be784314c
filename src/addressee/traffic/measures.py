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

# Results of tries to send, by the channel as their subject.
RESULTS = "results."


def messages_by(channel_type: str) -> str:
    """Returns the name of new messages on channels of a type."""
    return f"{MESSAGES}{channel_type}"


def results_as(outcome: str) -> str:
    """Returns the name of tries of a channel that came out so."""
    return f"{RESULTS}{outcome}"
