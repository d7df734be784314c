"""Runs asynchronous commands."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec

Given = ParamSpec("Given")


def runs(command: Callable[Given, Coroutine[Any, Any, None]]) -> Callable[Given, None]:
    """Lets Click, which knows ordinary functions only, take an asynchronous one."""

    @wraps(command)
    def run(*arguments: Given.args, **options: Given.kwargs) -> None:
        import asyncio

        asyncio.run(command(*arguments, **options))

    return run
