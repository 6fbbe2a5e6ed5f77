"""What dispatch decides over: the question, the backends that may answer it, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hdmf_io_core.plugins.known import pip_line

if TYPE_CHECKING:
    from hdmf_io_core.errors import PluginError
    from hdmf_io_core.plugins.backendspec import BackendSpec
    from hdmf_io_core.plugins.probe import Match
    from hdmf_io_core.types import Mode

__all__ = ["By", "Candidate", "Choice", "Question"]

By = Literal["name", "scheme", "content", "suffix"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of the source.

    Attributes
    ----------
    location, name
        How messages call it, and the part that has the suffix.
    mode
        How it is to be opened.
    backend
        Name given by the user; None to find one.
    scheme
        URL scheme; empty for anything but a URL.
    exists
        None where it cannot be known without the backend.
    is_empty, is_folder
        Whether it exists and holds nothing; whether it is a folder.
    matches
        Backends that recognise the content, registered or known.
    """

    location: str
    name: str = ""
    mode: Mode = "r"
    backend: str | None = None
    scheme: str = ""
    exists: bool | None = None
    is_empty: bool = False
    is_folder: bool = False
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backend that may be chosen.

    Attributes
    ----------
    spec
        What it declares.
    error
        Why it cannot be used, for a broken one.
    installed
        False for a known backend that is not there.
    sniffs
        Whether its plugin recognises content by a hook.
    conflict
        Raised when it is asked for by name, since another plugin claims that name with equal right.
    """

    spec: BackendSpec
    error: PluginError | None = None
    installed: bool = True
    sniffs: bool = False
    conflict: PluginError | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it is installed and works, as far as is known."""
        return self.installed and self.error is None

    @property
    def note(self) -> str:
        """Why it cannot be used, in a few words; empty if it can."""
        if self.error is not None:
            return "broken, `hdmf-io backends` says why"
        return "" if self.installed else f"not installed, {pip_line(self.spec.distribution)}"

    def knows(self, *, folder: bool) -> bool:
        """Whether it tells its files (or folders) by content, so that a name alone is no proof."""
        if self.sniffs:
            return True
        return bool(self.spec.markers or self.spec.magic) if folder else bool(self.spec.magic)

    def suffix_of(self, name: str) -> str:
        """Return the longest of its suffixes that ``name`` ends with; empty if none does."""
        lower = name.lower().rstrip("/\\")
        fitting = (suffix for suffix in self.spec.suffixes if lower.endswith(suffix))
        return max(fitting, key=len, default="")


@dataclass(frozen=True, slots=True)
class Choice:
    """The backend, by what it was chosen, and that in words."""

    spec: BackendSpec
    by: By
    why: str
