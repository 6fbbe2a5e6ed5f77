"""How far a file may reach: which other files its links and its data may name.

A file from a stranger must not make its reader open what else lies on the machine.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from hdmf_io_core.errors import ExternalAccessError, OptionError

__all__ = ["ExternalAccess", "Reach"]

ExternalAccess: TypeAlias = Literal["anywhere", "folder"]
"""``folder``: links, external storage and references lead to files in the folder of the file that
was opened, or below it, and nowhere else; links of the file system are followed before that is
looked at. ``anywhere``: no limit, as libraries of the formats have none."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one opened file, and all that it leads to, may open.

    Attributes
    ----------
    source
        The file or store that the user opened: an absolute path, or a URL.
    access
        The policy.
    """

    source: str
    access: ExternalAccess = "anywhere"

    @classmethod
    def of(cls, source: str, given: str | None) -> Reach:
        """Return the policy that a user gave for a source; None is ``folder`` for URLs only.

        Raises
        ------
        OptionError
            There is no such policy.
        """
        if given is None:
            return cls(source, "folder" if "://" in source else "anywhere")
        if given not in get_args(ExternalAccess):
            msg = f"allow_external={given!r} is unknown"
            raise OptionError(msg, source=source, hint="Use 'anywhere' or 'folder'.")
        return cls(source, given)  # type: ignore[arg-type]

    @property
    def is_limited(self) -> bool:
        """Whether anything is forbidden."""
        return self.access != "anywhere"

    def withheld(self, target: str) -> str:
        """Return why a target, absolute or a URL, must not be opened; empty if it may."""
        try:
            is_allowed = not self.is_limited or _is_inside(target, self.source)
        except ValueError:
            return f"{target!r} is no name of a file"
        if is_allowed:
            return ""
        return f"{target!r} lies outside the folder of the file that was opened"

    def check(self, target: str) -> None:
        """Raise if a target, absolute or a URL, must not be opened.

        Raises
        ------
        ExternalAccessError
            The policy forbids it.
        """
        why = self.withheld(target)
        if why:
            hint = "Open with allow_external='anywhere' if you trust the file."
            raise ExternalAccessError(why, source=self.source, hint=hint)


def _is_inside(target: str, source: str) -> bool:
    if ("://" in target) != ("://" in source):
        return False
    if "://" in target:
        scheme, _, rest = target.partition("://")
        own_scheme, _, own = source.partition("://")
        return scheme == own_scheme and _below(posixpath.normpath(rest), posixpath.dirname(own))
    folder = str(Path(os.path.realpath(source)).parent)
    return _below(os.path.realpath(target), folder, os.sep)


def _below(path: str, folder: str, separator: str = "/") -> bool:
    return path.startswith(folder.rstrip(separator) + separator)
