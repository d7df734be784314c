"""Query strings of the management API."""

from __future__ import annotations

from typing import TypeVar

from addressee.api.errors import ParameterError
from addressee.api.requests import query_strings
from addressee.database.paging import PageRequest

Position = TypeVar("Position")

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 100

PAGING = ("after", "before", "limit")

# Which environment is meant. There are no branches of one.
ENVIRONMENT = ("environment", "branch")

# How a resource is read, and how it is pushed.
READING = (*ENVIRONMENT, "annotate", "hide_uncommitted_changes")
PUSHING = (*ENVIRONMENT, "annotate", "commit", "commit_message")


class Query(query_strings.Query):
    """The parameters of a query string."""

    def environment(self) -> str | None:
        """Returns the name of the environment. Raises ParameterError when the query names a branch of it."""
        if self.text("branch") is not None:
            raise ParameterError("branch", "branch: there are no branches here; leave it out.")
        return self.text("environment")

    def flag(self, name: str) -> bool:
        """Returns whether a parameter is true. Raises ParameterError."""
        return self.boolean(name) or False

    def page(self, position: type[Position]) -> PageRequest[Position]:
        """Returns the page that the query asks for. Raises ParameterError."""
        return self.page_request(position, self.number("limit", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE))
