"""Reads the state of processes from /proc."""

from pathlib import Path


def is_alive(pid: int) -> bool:
    """Returns whether a process runs; a zombie has no command line any more."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(process: int) -> dict[int, str]:
    """Returns the descendants of a process, each with its command line."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_text(errors="replace").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(entry.name)] = (parent, command)
    found: dict[int, str] = {}
    level = {process}
    while level:
        level = {pid for pid, (parent, _) in parents.items() if parent in level}
        found |= {pid: parents[pid][1] for pid in level}
    return found
