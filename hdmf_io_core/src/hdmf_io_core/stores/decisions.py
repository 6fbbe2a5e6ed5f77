"""What a commit of a store had decided on, read from the disk: data, and not to be trusted.

Whoever sends a store can put a journal beside it. What it names must lie in the store.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, TypedDict

from hdmf_io_core.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Decision", "check_reach", "read_decision"]


class Decision(TypedDict):
    """What is to be done beside moving the new values in.

    Attributes
    ----------
    gone
        Keys, or paths with all below them, that are to be removed.
    mark
        Texts that are to be written, by key; None for a key that is to be removed.
    """

    gone: list[str]
    mark: dict[str, str | None]


def read_decision(path: Path) -> Decision:
    """Read a decision.

    Raises
    ------
    JournalError
        It is damaged.
    """
    try:
        said = json.loads(path.read_bytes())
        gone, mark = said["gone"], said["mark"]
        is_sound = all(isinstance(key, str) for key in gone) and all(
            text is None or isinstance(text, str) for text in mark.values()
        )
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise _refused(path, f"it is damaged: {error!r}") from error
    if not is_sound:
        raise _refused(path, "it is damaged")
    return {"gone": list(gone), "mark": dict(mark)}


def check_reach(folder: Path, new: Path, keys: Iterable[str]) -> None:
    """Refuse a decision that reaches out of its store, by a name or by a link of the file system.

    Parameters
    ----------
    folder
        The store.
    new
        What is to be moved into it.
    keys
        What else is named.

    Raises
    ------
    JournalError
        Nothing was touched.
    """
    inside = os.path.realpath(folder)
    moved = [path for path in new.rglob("*") if path.is_symlink() or not path.is_dir()]
    for path in moved:
        if path.is_symlink() or not path.is_file():
            raise _refused(path, "it is no plain file")
    named = (*keys, *(path.relative_to(new).as_posix() for path in moved))
    for key in named:
        parts = key.split("/") if key else []
        if any(part in {"", ".", ".."} or "\0" in part for part in parts):
            raise _refused(folder, f"it names {key!r}")
        above = os.path.realpath((folder / key).parent if key else folder)
        if not f"{above}{os.sep}".startswith(f"{inside}{os.sep}"):
            raise _refused(folder, f"{key!r} leads out of the store")


def _refused(path: Path, why: str) -> JournalError:
    msg = f"the journal of the store is not carried out: {why}"
    hint = "Remove the journal, the folder beside the store, if it is not your own."
    return JournalError(msg, source=str(path), hint=hint)
