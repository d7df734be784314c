"""What browser tests need of the machine. Without it they are skipped; with `BROWSER_TESTS=required` they fail."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
NAMES_OF_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Returns the path of the browser: the one that CHROMIUM names, else what Linux distributions call it."""
    names = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else NAMES_OF_CHROMIUM
    found = next(filter(None, map(shutil.which, names)), None)
    return found or missing("Chromium is missing (Debian: apt install chromium; elsewhere set CHROMIUM to its path).")


def packages() -> Path:
    """Returns the folder with the packages of npm."""
    if not (PACKAGES / ".package-lock.json").exists():
        missing(
            "The packages of the pages are missing (install Node.js 18 or newer with npm, then `make test-browser`)."
        )
    return PACKAGES


def missing(reason: str) -> NoReturn:
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
