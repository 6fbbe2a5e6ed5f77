"""The way in: find the backend of a source, load its class, open.

The only function of the project with open keyword options is here; they are checked against the
``BackendSpec`` before the backend is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from hdmf_io_core.errors import OptionError, PluginLoadError
from hdmf_io_core.io.modes import check_mode
from hdmf_io_core.plugins.backendspec import BackendSpec
from hdmf_io_core.plugins.explain import nearest
from hdmf_io_core.plugins.known import KNOWN, pip_line
from hdmf_io_core.plugins.manager import PluginRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hdmf_io_core.io.protocol import HDMFIO
    from hdmf_io_core.plugins.candidates import Choice
    from hdmf_io_core.types import Mode

__all__ = ["BackendInfo", "find_backend", "list_backends", "open_io", "plugin_registry"]

MEMORY = BackendSpec(
    name="memory",
    io_class="hdmf_io_core.io.memory:MemoryIO",
    distribution="hdmf-io-core",
    schemes=("memory",),
)
"""The backend of the core itself; a source in memory is a name, so only its scheme tells it."""


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """One backend, as listed.

    Attributes
    ----------
    name
        As in ``open_io(source, backend=name)``.
    suffixes
        Longest first.
    distribution, version
        What brings it; ``version`` is empty if unknown.
    available
        Whether it can be used, as far as is known without importing it.
    reason
        Why it is not available; empty if it is.
    options
        Names of its keyword options and a line of help for each.
    priority
        The higher wins among equals.
    """

    name: str
    suffixes: tuple[str, ...]
    distribution: str
    version: str
    available: bool
    reason: str = ""
    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    priority: int = 0


@cache
def plugin_registry() -> PluginRegistry:
    """Return the plugins of this process; ``register`` on it adds one."""
    return PluginRegistry((MEMORY,), plugins=("hdmf_io_core.bridge.plugin",))


def open_io(
    source: object,
    mode: Mode = "r",
    *,
    backend: str | None = None,
    manager: object = None,
    **options: object,
) -> HDMFIO:
    """Open a source with the backend that it belongs to.

    Parameters
    ----------
    source : str, os.PathLike, file-like or backend object
        A path, a URL, a binary file object, or an open object of a backend (an ``h5py.File``,
        a Zarr store). Who opened an object closes it.
    mode : {"r", "r+", "a", "w", "w-", "x"}
        Read; read and write what exists; the same, or make it; replace; make, and fail if it
        exists.
    backend : str or None
        Name of a backend; None to find it by URL scheme, content, or suffix, in this order.
    manager : object or None
        Turns containers into builders and back: a ``Manager``, or one that a plugin adapts.
        None for the light model.
    **options
        Options of the backend; ``list_backends`` tells them.

    Returns
    -------
    HDMFIO
        Open. The caller closes it, best in a ``with`` statement.

    Raises
    ------
    ModeError
        The mode is unknown, or the backend does not have it.
    OptionError
        The backend has no option of that name.
    SourceNotFoundError, SourceExistsError, NotThisFormatError
        The source does not exist, must not exist, or holds another backend's content in mode ``w``.
    NoBackendError, BackendNotInstalledError, AmbiguousBackendError, UnknownBackendError
        No backend could be chosen.
    PluginError
        The backend is broken.
    OpenError
        The source cannot be read, or the backend cannot open it.

    Notes
    -----
    Reads the first 2 KiB of an existing file, and 8 bytes at each further place where a
    signature may be. The backend's library is imported when it has been chosen, not before.
    """
    from hdmf_io_core.plugins.source import Source

    choice = find_backend(source, mode, backend=backend)
    _check_options(choice.spec, options)
    io_class = _load(choice.spec)
    return io_class(Source.of(source).given, mode, manager=manager, **options)


def find_backend(source: object, mode: Mode = "r", *, backend: str | None = None) -> Choice:
    """Find the backend that ``open_io`` would use, and why; imports no backend, opens nothing.

    Parameters
    ----------
    source, mode, backend
        As in ``open_io``.

    Raises
    ------
    ModeError, DispatchError, OpenError, PluginError
        As in ``open_io``.
    """
    # Here, since listing backends does without all of it, and imports are most of its time.
    from hdmf_io_core.plugins.find import find
    from hdmf_io_core.plugins.source import Source

    return find(plugin_registry(), Source.of(source), check_mode(mode), backend)


def list_backends() -> list[BackendInfo]:
    """Return all backends: usable ones by name, then the broken and the known but absent ones.

    Notes
    -----
    Loads the plugin modules, and imports no storage library.
    """
    registry = plugin_registry()
    usable = [
        _info(have.spec, have.spec.version or have.origin.version, "")
        for have in registry.backends()
    ]
    broken = [
        BackendInfo(
            failure.name,
            _by_length(failure.spec.suffixes) if failure.spec else (),
            failure.origin.distribution,
            failure.origin.version,
            available=False,
            reason=str(failure.error),
        )
        for failure in registry.failures()
    ]
    heard = {info.name for info in (*usable, *broken)}
    absent = [
        _info(spec, "", f"not installed; {pip_line(spec.distribution)}")
        for spec in KNOWN
        if spec.name not in heard
    ]
    return [*sorted(usable, key=_name), *sorted([*broken, *absent], key=_name)]


def _name(info: BackendInfo) -> str:
    return info.name


def _info(spec: BackendSpec, version: str, reason: str) -> BackendInfo:
    return BackendInfo(
        spec.name,
        _by_length(spec.suffixes),
        spec.distribution,
        version,
        available=not reason,
        reason=reason,
        options=dict(spec.options),
        priority=spec.priority,
    )


def _by_length(suffixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(suffixes, key=lambda suffix: (-len(suffix), suffix)))


def _check_options(spec: BackendSpec, options: Mapping[str, object]) -> None:
    """Raise if the backend has no option of a name."""
    for name in options:
        if name in spec.options:
            continue
        like = nearest(name, spec.options)
        guess = f"Did you mean {like!r}? " if like else ""
        valid = ", ".join(sorted(spec.options)) or "none"
        msg = f"backend {spec.name!r} has no option {name!r}"
        raise OptionError(msg, hint=f"{guess}It has: {valid}.")


def _load(spec: BackendSpec) -> Callable[..., HDMFIO]:
    """Import a backend's class."""
    module, _, name = spec.io_class.partition(":")
    try:
        return cast("Callable[..., HDMFIO]", getattr(import_module(module), name))
    except Exception as error:  # the backend's own code: a failed dlopen is an OSError
        msg = (
            f"backend {spec.name!r} cannot be imported from {spec.io_class!r}:"
            f" {type(error).__name__}: {error}"
        )
        raise PluginLoadError(
            msg,
            plugin=spec.name,
            distribution=spec.distribution,
            hint=f"Install what it needs: {pip_line(spec.distribution)}",
        ) from error
