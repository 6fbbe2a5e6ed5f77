"""Names that HDMF reserves in a Zarr store, format by format, as tables (docs/formats/zarr.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from hdmf_io_core.stores.hints import HINTS

__all__ = [
    "CONTROL_NAMES",
    "CONVENTIONS",
    "DEFAULT_SPEC_GROUP",
    "SPECLOC",
    "Conventions",
    "ZarrFormat",
]

ZarrFormat: TypeAlias = Literal[2, 3]

SPECLOC: Final = ".specloc"
"""Root attribute: where cached specifications are."""
DEFAULT_SPEC_GROUP: Final = "/specifications"
CONTROL_NAMES: Final = frozenset({".zgroup", ".zarray", ".zattrs", ".zmetadata", "zarr.json"})
"""Documents that stand among a group's children in the store."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """The reserved names of one format.

    Attributes
    ----------
    dtype
        Attribute of arrays: what the elements mean.
    links
        Attribute of groups: a list of ``{"name", "source", "path"}``.
    reference_fields
        Attribute of compound arrays: names of the fields that are references; empty where the
        format says it otherwise.
    """

    dtype: str
    links: str
    reference_fields: str = ""

    @property
    def hidden(self) -> frozenset[str]:
        """Attributes that are not the user's."""
        names = {self.dtype, self.links, self.reference_fields, HINTS, SPECLOC}
        return frozenset(names - {""})


CONVENTIONS: Final[dict[int, Conventions]] = {
    2: Conventions(dtype="zarr_dtype", links="zarr_link"),
    3: Conventions(dtype="_DTYPE", links="_LINKS", reference_fields="_REFERENCE_FIELDS"),
}
