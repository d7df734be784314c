"""Pulling: which files of a folder are written so that it says what an environment has, and writing them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile

from addressee.messaging.workflows.folders.differences import Things


class UnsafePathError(ValueError):
    """A path leads out of the folder. The message says which one."""


@dataclass(frozen=True, slots=True)
class Pull:
    """The files that a pull writes, overwrites and removes. `texts` are those of the first two, by their paths."""

    texts: Mapping[str, str]
    new: Sequence[str]
    overwritten: Sequence[str]
    removed: Sequence[str]

    @property
    def destroys(self) -> Sequence[str]:
        """The files whose contents are lost."""
        return sorted([*self.overwritten, *self.removed])


def pull(root: Path, here: Things, there: Things) -> Pull:
    """Returns what is to be written of the things that an environment has. Raises UnsafePathError.

    A file of a thing that the environment has without this file is removed, unless something else in the folder
    names it.
    """
    texts = {path: text for files in there.values() for path, text in files.items()}
    kept = {path for name, files in here.items() if name not in there for path in files}
    removed = {path for name, files in here.items() if name in there for path in files} - texts.keys() - kept
    check(root, [*texts, *removed])
    found = {path: contents(root / path) for path in texts}
    return Pull(
        texts={path: text for path, text in texts.items() if found[path] != text.encode()},
        new=sorted(path for path, before in found.items() if before is None),
        overwritten=sorted(path for path, before in found.items() if before not in (None, texts[path].encode())),
        removed=sorted(removed),
    )


def check(root: Path, paths: Iterable[str]) -> None:
    """Raises UnsafePathError for a path that leads out of a folder, by a link perhaps."""
    base = root.resolve()
    for path in paths:
        parts = PurePosixPath(path)
        is_inside = not parts.is_absolute() and ".." not in parts.parts and "\\" not in path and bool(parts.parts)
        if not is_inside or not (base / path).parent.resolve().is_relative_to(base) or (base / path).is_symlink():
            raise UnsafePathError(f"{path!r} leads out of the folder {root}")


def contents(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def carry_out(root: Path, pull: Pull) -> None:
    """Writes and removes the files of a pull. A file has its old contents or its new ones, never a part of them.

    Everything is written beside its place first: when there is no room for all, nothing changes.
    """
    with ExitStack() as stack:
        written = {}
        for path, text in pull.texts.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as temporary:
                written[file] = Path(temporary.name)
                stack.callback(written[file].unlink, missing_ok=True)
                temporary.write(text.encode())
        for file, replacement in written.items():
            replacement.chmod(file.stat().st_mode if file.exists() else 0o666 & ~umask())
            replacement.replace(file)
    for path in pull.removed:
        (root / path).unlink(missing_ok=True)
        remove_empty((root / path).parent, root)


def umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def remove_empty(folder: Path, root: Path) -> None:
    """Removes a folder that is empty, and those around it up to the root."""
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
