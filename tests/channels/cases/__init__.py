"""A case for each sender that speaks HTTP: every module beside this one has one or several, named `CASES`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.channels.case import SenderCase

CASES: tuple[SenderCase, ...] = tuple(
    case for module in iter_modules(__path__) for case in import_module(f"{__name__}.{module.name}").CASES
)
