"""How near a destination comes to the layout of a stored array, settled before the first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.chunks.copy import can_copy_raw
from hdmf_io_core.errors import OptionError
from hdmf_io_core.storage.abilities import AdaptedLayout, SupportsAdaptation, SupportsReadCheck

if TYPE_CHECKING:
    from hdmf_io_core.plan.losses import Losses
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySource, StorageWriter

__all__ = ["adapt"]

_ELSEWHERE = "its elements lie in other files or datasets; the copy holds them itself"


def adapt(
    dest: StorageWriter,
    losses: Losses,
    source: ArraySource | None,
    layout: ArrayLayout,
    *,
    path: str,
    is_asked: bool = False,
) -> ArrayLayout:
    """Return the layout of a copy of ``source`` in ``dest``.

    Parameters
    ----------
    source
        None for an array that is not stored yet.
    losses
        Told what of ``layout`` the destination lacks.
    layout
        The wanted one.
    path
        Of the copy.
    is_asked
        Whether the caller asked for the codecs, so that others in their place are an error.

    Raises
    ------
    OptionError
        The destination lacks what was asked for.
    UnknownCodecError
        Chunks would have to be decoded, and a codec is missing.
    UnsupportedFeatureError
        Something is lost that may not be.
    """
    adapted = AdaptedLayout(layout, ())
    if isinstance(dest, SupportsAdaptation):
        adapted = dest.adapt_layout(layout)
    losses.need(path, adapted.needs)
    if source is not None and source.layout.storage_class in {"external", "virtual"}:
        losses.add(path, "the layout", _ELSEWHERE, is_form=True)
    if is_asked and adapted.losses:
        msg = f"the compression cannot be had: {adapted.losses[0]}"
        hint = "Ask for another, such as gzip; plugins of HDF5 are there once hdf5plugin is."
        raise OptionError(msg, source=dest.source, path=path, hint=hint)
    for reason in adapted.losses:
        losses.add(path, "the layout", reason, is_form=True)
    if source is None:
        return adapted.layout
    is_raw = adapted.keeps_bytes and can_copy_raw(source.layout, adapted.layout)
    if not is_raw and layout.n_elements and isinstance(source, SupportsReadCheck):
        source.check_readable()
    return adapted.layout
