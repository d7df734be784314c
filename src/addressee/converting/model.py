"""The outcome of a conversion: workflows, the channels that they name, and notes on everything that needs a hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# A step or a branch with this condition waits for a hand: no trigger has such data.
HELD = "data.converted_by_hand"


class UnusableError(Exception):
    """Files that cannot be converted at all. `problems` are all that were found, each with its file and line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A part of a workflow that needs a hand: where it stands, what it was, and what to do."""

    file: str
    line: int
    node: str
    was: str
    todo: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.node}: {self.was}; {self.todo}"


@dataclass(frozen=True, slots=True)
class ChannelStub:
    """A channel that converted workflows name, with settings to be filled in."""

    type: str
    provider: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> dict[str, Any]:
        """The channel as its file holds it."""
        provider = {} if self.provider is None else {"provider": self.provider}
        settings = {"settings": dict(self.settings)} if self.settings else {}
        return {"type": self.type, **provider, **settings}


@dataclass(slots=True)
class Conversion:
    """A folder that is made. `workflows` and `channels` are by their keys."""

    workflows: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, ChannelStub] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
