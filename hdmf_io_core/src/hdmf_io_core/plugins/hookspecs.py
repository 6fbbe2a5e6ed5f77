"""The hooks of the entry point group ``hdmf_io``: what a plugin may implement.

A plugin is a module or object whose functions are marked with ``hookimpl``. The smallest one::

    from hdmf_io_core.plugins.backendspec import BackendSpec
    from hdmf_io_core.plugins.hookspecs import hookimpl

    @hookimpl
    def hdmf_io_backends():
        return [BackendSpec(name="mine", io_class="my_pkg.io:MyIO", distribution="my-pkg",
                            suffixes=(".mine",))]

and, in its ``pyproject.toml``, named as the backend::

    [project.entry-points.hdmf_io]
    mine = "my_pkg._plugin"

The module is imported whenever backends are listed: it must import no storage library. Hooks are
for wiring; none is called per chunk, per dataset read or per attribute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hdmf_io_core.chunks.dataio import DataIO, WriteOptions
    from hdmf_io_core.model.manager import Manager
    from hdmf_io_core.plugins.backendspec import BackendSpec
    from hdmf_io_core.plugins.probe import Match, Probe
    from hdmf_io_core.types import Shape

__all__ = ["GROUP", "DatasetInfo", "hookimpl"]

GROUP = "hdmf_io"
"""Name of the entry point group, and of the pluggy project."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a plugin's function as the implementation of a hook."""


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A dataset about to be written, as ``hdmf_io_dataset_options`` sees it.

    Attributes
    ----------
    path
        Absolute path in the destination.
    data_type
        Type of the dataset, or None for an untyped one.
    shape
        None while it is unknown (data from an iterator).
    dtype
        Readable name of the element type.
    backend
        Name of the destination's backend.
    """

    path: str
    data_type: str | None
    shape: Shape | None
    dtype: str
    backend: str


@hookspec
def hdmf_io_backends() -> Sequence[BackendSpec]:
    """Return the backends that the plugin brings. Called once, when plugins are loaded."""
    raise NotImplementedError


@hookspec
def hdmf_io_sniff(probe: Probe) -> Match | None:
    """Recognise an existing source where signatures and markers cannot; None if not yours.

    Called at each ``open_io`` of an existing source, so it reads little and imports nothing heavy.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def hdmf_io_adapt_manager(manager: object) -> Manager | None:
    """Wrap a foreign build manager in the ``Manager`` protocol; None if it is not yours."""
    raise NotImplementedError


@hookspec(firstresult=True)
def hdmf_io_adapt_dataio(kind: type) -> Callable[[Any], DataIO] | None:
    """Return what turns foreign data wrappers of a class into a ``DataIO``; None if not yours.

    What it returns carries the options of a wrapper, without the data.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def hdmf_io_dataset_options(info: DatasetInfo) -> WriteOptions | None:
    """Give options for a dataset for which the user gave none; None leaves the defaults."""
    raise NotImplementedError
