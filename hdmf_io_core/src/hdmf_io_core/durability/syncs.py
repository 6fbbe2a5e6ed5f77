"""Making a tree of files durable."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hdmf_io_core.durability import syscalls

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["sync_file", "sync_files", "sync_tree"]

_ONE_BY_ONE = 64
"""Up to so many files are synced alone; more by a sync of their file system, if there is one."""


def sync_file(path: Path | str) -> None:
    """Return when a file's content is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        syscalls.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Return when all files and names below a folder are on the disk; the folder's own is not."""
    files: list[str] = []
    folders: list[str] = []
    for where, _, names in os.walk(folder):
        folders.append(where)
        files.extend(f"{where}/{name}" for name in names)
    sync_files(folder, files, folders)


def sync_files(within: Path, files: list[str], folders: list[str]) -> None:
    """Return when files, and the names in folders, are on the disk.

    Parameters
    ----------
    within : Path
        A folder on the file system of all of them.
    files, folders : list of str
        Their paths.
    """
    if len(files) + len(folders) > _ONE_BY_ONE and syscalls.sync_file_system(within):
        return
    for path in files:
        sync_file(path)
    for path in folders:
        syscalls.fsync_folder(path)
