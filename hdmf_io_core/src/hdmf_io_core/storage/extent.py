"""How far a stored array may change its shape; the same for every backend. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import ShapeError

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.types import MaxShape, Shape

__all__ = ["check_resize"]


def check_resize(layout: ArrayLayout, shape: Shape, *, source: str, path: str) -> MaxShape | None:
    """Return the limits of an array if it can take a shape; None for a null dataspace.

    Raises
    ------
    ShapeError
        The array is fixed, or the shape leaves ``maxshape``.
    """
    limits = layout.maxshape if layout.maxshape is not None else layout.shape
    fits = limits is not None and len(shape) == len(limits)
    for length, limit in zip(shape, limits or (), strict=False):
        fits = fits and length >= 0 and (limit is None or length <= limit)
    if not fits or (shape != layout.shape and layout.chunks is None):
        msg = f"shape {shape} lies outside maxshape {limits}"
        hint = "Only an array created with chunks and maxshape grows."
        raise ShapeError(msg, hint=hint, source=source, path=path)
    return limits
