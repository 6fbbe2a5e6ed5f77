"""The built-in plugin that recognises hdmf's managers; imports hdmf when it is given one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from hdmf_io_core.model.manager import Manager

__all__ = ["hdmf_io_adapt_manager"]

_KNOWN = frozenset({"hdmf.build.manager.BuildManager", "hdmf.build.manager.TypeMap"})


@hookimpl
def hdmf_io_adapt_manager(manager: object) -> Manager | None:
    """Wrap a ``BuildManager`` or ``TypeMap`` of hdmf, or of a package that derives from them."""
    # By name: a program that holds no manager of hdmf does not pay for importing it.
    names = {f"{base.__module__}.{base.__qualname__}" for base in type(manager).__mro__}
    if not names & _KNOWN:
        return None
    from hdmf_io_core.bridge.manager import HdmfManager

    return HdmfManager(manager)
