"""The author and the message of a push or a promotion, from options, git or the login."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Mapping

from addressee.messaging.workflows.commits.model import Authorship

MOST = 1000


def authorship(author: str | None, message: str) -> Authorship:
    return Authorship((author or default_author(os.environ))[:MOST], message[:MOST])


def default_author(environment: Mapping[str, str]) -> str:
    """Returns who git would say is the author of a commit in this folder; the login where there is no git."""
    name = environment.get("GIT_AUTHOR_NAME") or from_git("user.name")
    email = environment.get("GIT_AUTHOR_EMAIL") or from_git("user.email")
    if name and email:
        return f"{name} <{email}>"
    return name or email or login()


def from_git(setting: str) -> str:
    """Returns a setting of git, empty if it has none."""
    git = shutil.which("git")
    if git is None:
        return ""
    found = subprocess.run([git, "config", setting], capture_output=True, text=True, check=False, timeout=10)
    return found.stdout.strip()


def login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
