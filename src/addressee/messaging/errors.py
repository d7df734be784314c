"""Why a call is refused, like a trigger that is not accepted. Nothing was stored."""

from __future__ import annotations

from dataclasses import dataclass

from addressee.directory.recipient import Document, Place


class MessagingError(Exception):
    """The message says what to do about it."""

    @property
    def reason(self) -> str:
        """The message without anything that a caller's data says."""
        return str(self)


class WorkflowMissingError(MessagingError):
    def __init__(self, workflow: str) -> None:
        super().__init__(f"There is no workflow {workflow!r} in this environment; `addressee push` adds workflows.")
        self.workflow = workflow


class WorkflowInactiveError(MessagingError):
    def __init__(self, workflow: str) -> None:
        super().__init__(
            f"The workflow {workflow!r} is switched off; the dashboard, or `active: true` in its file, switches it on."
        )


class FeedItemMissingError(MessagingError):
    def __init__(self, id: str) -> None:
        super().__init__(f"There is no item {id!r} in this feed.")
        self.id = id


class SuppressionMissingError(MessagingError):
    def __init__(self) -> None:
        super().__init__("This address is not suppressed in this environment.")


class WebhookMissingError(MessagingError):
    def __init__(self) -> None:
        super().__init__("There is no such webhook in this environment; it may have been deleted.")


class WebhookDeliveryMissingError(MessagingError):
    def __init__(self) -> None:
        super().__init__("This webhook has no such delivery; deliveries are kept for 30 days.")


class NotResendableError(MessagingError):
    """A message cannot be sent again; `obstacle` says why, like those of runs and sends."""

    def __init__(self, obstacle: Document) -> None:
        super().__init__(f"The message cannot be sent again: {obstacle['reason']}.")
        self.obstacle = obstacle


class AlreadyResentError(MessagingError):
    def __init__(self) -> None:
        super().__init__("The message has been sent again meanwhile; look at it once more.")


class ActorMissingError(MessagingError):
    def __init__(self, actor: Place) -> None:
        super().__init__(f"The actor {actor.id!r} is not known; identify it first, or name it inline.")


@dataclass(frozen=True, slots=True)
class DataFailure:
    """`field` is the dotted path below the trigger's data, starting with `data`."""

    field: str
    message: str


class DataInvalidError(MessagingError):
    def __init__(self, failures: tuple[DataFailure, ...]) -> None:
        super().__init__("The data does not fit the workflow's schema.")
        self.failures = failures

    @property
    def fields(self) -> list[str]:
        return [failure.field for failure in self.failures]

    @property
    def reason(self) -> str:
        return f"The workflow's schema does not allow {', '.join(self.fields)}."
