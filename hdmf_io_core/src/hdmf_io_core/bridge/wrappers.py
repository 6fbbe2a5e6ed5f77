"""The options that hdmf's data wrappers carry, as a wrapper of ours."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hdmf.data_utils import DataIO as HdmfDataIO
from hdmf.term_set import TermSetWrapper

from hdmf_io_core.chunks.dataio import DataIO, WriteOptions
from hdmf_io_core.errors import DataLossWarning, OptionError
from hdmf_io_core.io.open import plugin_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.types import MaxShape

__all__ = ["HdmfOptions", "LinkOnly", "refuse_plain", "unwrapped"]

_DESCRIBING = frozenset({"data", "dtype", "shape"})


def unwrapped(data: Any) -> tuple[Any, Any]:
    """Return hdmf's wrapper of options around data, None without one, and the data itself.

    Wrappers of terms are taken off, outside and inside: what they check was checked.
    """
    wrapper = None
    while isinstance(data, (HdmfDataIO, TermSetWrapper)):
        if isinstance(data, TermSetWrapper):
            data = data.value
        else:
            wrapper, data = data, data.data
    return wrapper, data


def refuse_plain(data: Any) -> None:
    """Refuse a wrapper of ours in a container of hdmf: hdmf takes none that is not its own.

    Raises
    ------
    OptionError
        Names the drop-in class that goes there.
    """
    if isinstance(data, DataIO):
        kind = type(data)
        msg = f"a {kind.__name__} of {kind.__module__.partition('.')[0]} is in a container of hdmf"
        place = f"{kind.__module__.partition('.')[0]}.dropin.{kind.__name__}"
        raise OptionError(msg, hint=f"Use {place}, which has the same options.")


class HdmfOptions(DataIO):
    """How one dataset of hdmf's is to be stored.

    Parameters
    ----------
    data
        The data, unwrapped; None for an array without content.
    wrapper
        hdmf's wrapper that it came in; None without one.
    carrier : type of DataIO or None
        The backend's own wrapper: for options of a wrapper that no plugin knows, by their names.
    maxshape : tuple or None
        How far the array may grow, where neither ``wrapper`` nor the data says.
    native : callable
        From the stored array to what the user is given for it.
    """

    def __init__(
        self,
        data: Any,
        wrapper: Any,
        *,
        carrier: type[DataIO] | None,
        native: Callable[[Any], object],
        maxshape: MaxShape | None = None,
    ) -> None:
        is_empty = data is None and wrapper is not None
        super().__init__(
            data,
            dtype=wrapper.dtype if is_empty else None,
            shape=wrapper.shape if is_empty else None,
        )
        self._wrapper = wrapper
        self._maxshape = maxshape
        self._native = native
        self._backend = carrier
        self._carrier = self._loaded(carrier)

    @property
    def dataset(self) -> Any:
        """The stored array as the user is given it; None before it is written."""
        return self._dataset

    @dataset.setter
    def dataset(self, value: Any) -> None:
        self._dataset = value
        if self.is_preallocation:
            # As in hdmf: of data that was given, the user has no need for the stored array.
            self._dataset = self._wrapper.dataset = self._native(value)

    def options(self, dtype: ElementType | None = None) -> WriteOptions:
        """Return the options in the form that is the same for every backend."""
        options = self._asked(dtype)
        link_data = getattr(self._wrapper, "link_data", None)
        if options.maxshape is None and self._maxshape is not None:
            options = replace(options, maxshape=self._maxshape)
        return replace(options, link_data=link_data)

    def _asked(self, dtype: ElementType | None) -> WriteOptions:
        if self._carrier is None or self._backend is None:
            return WriteOptions()
        if isinstance(self._carrier, self._backend):
            return self._carrier.options(dtype)
        return self._carrier.portable_options(dtype)

    def _loaded(self, backend: type[DataIO] | None) -> DataIO | None:
        """Return a wrapper of ours with the options of hdmf's; None without any."""
        if backend is None or self._wrapper is None:
            return None
        adapt = plugin_registry().adapt_dataio(type(self._wrapper))
        if adapt is not None:
            return adapt(self._wrapper)
        settings = _settings(self._wrapper)
        known = inspect.signature(backend).parameters
        strange = sorted(settings.keys() - known.keys())
        if strange:
            kind = type(self._wrapper).__name__
            msg = f"left out, since the backend does not have it: {', '.join(strange)} of {kind}"
            warnings.warn(msg, DataLossWarning, stacklevel=2)
        return backend(**{name: value for name, value in settings.items() if name in known})


def _settings(wrapper: Any) -> dict[str, Any]:
    found = getattr(wrapper, "io_settings", None) or {}
    return {
        name: value
        for name, value in found.items()
        if name not in _DESCRIBING and value is not None
    }


class LinkOnly:
    """Of a wrapper around a stored array nothing counts but whether it is linked to."""

    io_settings: Mapping[str, Any] = {}

    def __init__(self, wrapper: Any) -> None:
        self.link_data = bool(wrapper.link_data)
