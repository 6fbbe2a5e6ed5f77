"""What plugins have to say about managers and datasets, asked on behalf of an IO."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hdmf_io_core.errors import OptionError
from hdmf_io_core.plugins.hookspecs import DatasetInfo
from hdmf_io_core.storage.dtypes import ElementType, element_repr

if TYPE_CHECKING:
    from hdmf_io_core.chunks.dataio import WriteOptions
    from hdmf_io_core.model.manager import Manager
    from hdmf_io_core.plan.arrays import Suggestion
    from hdmf_io_core.types import Shape

__all__ = ["adapted", "suggestion"]

_MANAGER_METHODS = ("build", "construct", "settle")


def adapted(manager: object) -> Manager:
    """Return a manager as one that an IO can use.

    Raises
    ------
    OptionError
        If it is no ``Manager`` and no plugin knows it.
    """
    from hdmf_io_core.io.open import plugin_registry

    if all(callable(getattr(manager, name, None)) for name in _MANAGER_METHODS):
        return cast("Manager", manager)
    found = plugin_registry().adapt_manager(manager)
    if found is None:
        msg = f"a manager of type {type(manager).__qualname__} is not understood"
        raise OptionError(
            msg, hint="Leave it away for the light model, or give a hdmf_io_core.BuildManager."
        )
    return found


def suggestion(backend: str) -> Suggestion | None:
    """Return what asks the plugins for options of a new array; None if none has any to give."""
    from hdmf_io_core.io.open import plugin_registry

    registry = plugin_registry()
    if not registry.has_hook("hdmf_io_dataset_options"):
        return None

    def suggest(
        path: str, data_type: str | None, shape: Shape | None, dtype: ElementType
    ) -> WriteOptions | None:
        info = DatasetInfo(path, data_type, shape, element_repr(dtype), backend)
        return registry.dataset_options(info)

    return suggest
