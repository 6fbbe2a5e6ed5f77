"""Groups of h5py whose file is read through a file object, and the external links in them."""

from __future__ import annotations

from typing import Any

import h5py
from h5py import h5p

__all__ = ["Linking", "LinkingGroup"]


class Linking:
    """External links lead to files that HDF5 opens by its own driver, beside this one."""

    @property
    def _lapl(self) -> h5p.PropLAID:
        lapl = h5p.create(h5p.LINK_ACCESS)
        lapl.set_elink_fapl(h5p.create(h5p.FILE_ACCESS))
        return lapl

    def __getitem__(self, name: Any) -> Any:
        found = super().__getitem__(name)  # type: ignore[misc]
        return LinkingGroup(found.id) if type(found) is h5py.Group else found


class LinkingGroup(Linking, h5py.Group):  # type: ignore[misc]  # untyped
    """A group of such a file."""
