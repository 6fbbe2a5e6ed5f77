"""What the mode of an IO allows, refused as hdmf refuses it."""

from __future__ import annotations

from typing import Any

from hdmf.backends.errors import UnsupportedOperation

from hdmf_io_core.io.modes import may_write, starts_anew

__all__ = ["check_exportable", "check_filled", "check_readable", "check_writable"]


def check_writable(source: str, mode: str) -> None:
    """Raise ``UnsupportedOperation`` unless the mode allows to write."""
    if not may_write(mode):
        msg = (
            f"Cannot write to file {source} in mode '{mode}'. "
            "Please use mode 'r+', 'w', 'w-', 'x', or 'a'"
        )
        raise UnsupportedOperation(msg)


def check_readable(source: str, mode: str) -> None:
    """Raise ``UnsupportedOperation`` if the mode makes a new file, so that nothing is there."""
    if starts_anew(mode):
        msg = f"Cannot read from file {source} in mode '{mode}'. Please use mode 'r', 'r+', or 'a'."
        raise UnsupportedOperation(msg)


def check_filled(root: Any, source: str, mode: str) -> None:
    """Raise ``UnsupportedOperation`` if hdmf's root builder has nothing in it."""
    if not root.obj_type:
        msg = f"Cannot read data from file {source} in mode '{mode}'. There are no values."
        raise UnsupportedOperation(msg)


def check_exportable(source: str, mode: str) -> None:
    """Raise ``UnsupportedOperation`` unless the mode replaces the file."""
    if mode != "w":
        msg = f"Cannot export to file {source} in mode '{mode}'. Please use mode 'w'."
        raise UnsupportedOperation(msg)
