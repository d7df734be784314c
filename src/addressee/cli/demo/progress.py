"""Shows the progress of the demo: a bar while it waits, and one line for each completed act."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

DOING_WIDTH = 32
DONE_WIDTH = 58
BAR_WIDTH = 30


class Act:
    """An act that is going on, in steps of a total."""

    def __init__(self, progress: Progress, doing: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(doing, total=total)

    def advance(self, steps: int = 1) -> None:
        self._progress.advance(self._task, steps)

    def reach(self, step: int) -> None:
        self._progress.update(self._task, completed=step)


class ProgressReporter:
    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def act(self, doing: str, done: str, total: int | None = None) -> Iterator[Act]:
        columns = (TextColumn(f"  {{task.description:<{DOING_WIDTH}}}"), BarColumn(BAR_WIDTH))
        counted = (MofNCompleteColumn(),) if total else ()
        started = time.monotonic()
        with Progress(
            *columns,
            *counted,
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        ) as progress:
            yield Act(progress, doing, total)
        seconds = time.monotonic() - started
        self._console.print(f"  [green]✓[/] {done:<{DONE_WIDTH}}[dim]{seconds:5.1f} s[/]", highlight=False)
