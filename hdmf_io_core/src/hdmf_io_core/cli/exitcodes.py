"""The exit codes of ``hdmf-io``; stable, scripts may rely on them."""

from __future__ import annotations

from enum import IntEnum

from hdmf_io_core.errors import (
    BackendNotInstalledError,
    DispatchError,
    HdmfIOError,
    MissingDependencyError,
    ModeError,
    NodeNotFoundError,
    OpenError,
    OptionError,
    PluginError,
    UnknownBackendError,
)

__all__ = ["ExitCode", "exit_code"]


class ExitCode(IntEnum):
    """What a run of the command came to."""

    OK = 0
    """Done, nothing to complain of."""
    FINDINGS = 1
    """Done, and something of the source is wrong: a node cannot be read, a check failed."""
    USAGE = 2
    """An argument is wrong: unknown verb or option, no such backend, no such node."""
    SOURCE = 3
    """The source is missing, cannot be opened, or nothing recognises it."""
    PLUGIN = 4
    """The backend of the source, or a package, is not installed, or its plugin is broken."""
    FAILED = 5
    """The source was opened, and reading or writing it failed."""
    INTERRUPTED = 130
    """Interrupted from the keyboard (128 + SIGINT)."""
    PIPE = 141
    """Whoever read the output stopped reading (128 + SIGPIPE)."""


_CODES: tuple[tuple[type[HdmfIOError], ExitCode], ...] = (
    (PluginError, ExitCode.PLUGIN),
    (BackendNotInstalledError, ExitCode.PLUGIN),
    (MissingDependencyError, ExitCode.PLUGIN),
    (UnknownBackendError, ExitCode.USAGE),
    (OptionError, ExitCode.USAGE),
    (ModeError, ExitCode.USAGE),
    (NodeNotFoundError, ExitCode.USAGE),
    (DispatchError, ExitCode.SOURCE),
    (OpenError, ExitCode.SOURCE),
)


def exit_code(error: HdmfIOError) -> ExitCode:
    """Return the code for an error that ended a run; the first kind that fits."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED)
