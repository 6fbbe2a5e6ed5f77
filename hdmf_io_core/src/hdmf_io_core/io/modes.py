"""What the modes allow. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from hdmf_io_core.errors import ModeError

if TYPE_CHECKING:
    from hdmf_io_core.types import Mode

__all__ = ["check_mode", "may_write", "starts_anew"]

_MODES: Final = ("r", "r+", "a", "w", "w-", "x")


def check_mode(mode: str) -> Mode:
    """Return ``mode`` if it is one.

    Raises
    ------
    ModeError
        Otherwise.
    """
    if mode not in _MODES:
        msg = f"mode {mode!r} is unknown"
        raise ModeError(
            msg,
            hint="Use 'r' (read), 'r+' (change), 'a' (change or create), 'w' (create or replace), "
            "'w-' or 'x' (create, refuse to replace).",
        )
    return cast("Mode", mode)


def may_write(mode: str) -> bool:
    """Whether a mode allows to change the source."""
    return mode != "r"


def starts_anew(mode: str) -> bool:
    """Whether a mode starts from an empty source."""
    return mode in ("w", "w-", "x")
