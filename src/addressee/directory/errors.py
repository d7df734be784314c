"""What the directory answers when it cannot do what was asked."""


class RefusedError(Exception):
    """An edit or an id that the directory does not take. Nothing was written.

    `field` is the dotted path of what is wrong, from the top of the recipient; `reason` is a word to branch on.
    """

    def __init__(self, reason: str, field: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message


class OverloadedError(Exception):
    """More writes wait than this process will hold. Nothing was written; try again in a moment."""


class UnavailableError(Exception):
    """The database cannot be reached, or went away while it was asked: whether a write was kept is not known."""
