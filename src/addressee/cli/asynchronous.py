"""Asynchronous commands."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec

Given = ParamSpec("Given")


def asynchronous(command: Callable[Given, Coroutine[Any, Any, None]]) -> Callable[Given, None]:
    """Turns an asynchronous function into an ordinary one, which Click needs."""

    @wraps(command)
    def run(*arguments: Given.args, **options: Given.kwargs) -> None:
        import asyncio

        asyncio.run(command(*arguments, **options))

    return run
