"""What one HDF5 file leads to outside itself: how it is followed, and what is withheld."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
from h5py import h5d, h5f, h5fd, h5p

from hdmf_io_hdf5.links import absolute, external_candidates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.storage.external import Reach
    from hdmf_io_hdf5.homes import Home

__all__ = ["link_access", "permitted_file", "withheld_data"]


def link_access(file: h5py.File, source: str | None) -> h5p.PropLAID:
    """Return how external links are followed: for reading, whatever the file is open for."""
    lapl = h5p.create(h5p.LINK_ACCESS)
    lapl.set_elink_acc_flags(h5f.ACC_RDONLY)
    if file.id.get_access_plist().get_driver() == h5fd.fileobj_driver:
        # HDF5 would open other files through the same file object.
        lapl.set_elink_fapl(h5p.create(h5p.FILE_ACCESS))
        if source:
            # Nor does it know where the file is.
            lapl.set_elink_prefix(os.fsencode(Path(source).parent))
    return lapl


def permitted_file(tried: tuple[str, ...], reach: Reach) -> h5f.FileID | str | None:
    """Open the first file that an external link may mean, if it may be opened.

    Parameters
    ----------
    tried
        Where HDF5 would look, in its order.
    reach
        The policy.

    Returns
    -------
    h5py.h5f.FileID or str or None
        The file, open for reading; why it is withheld; or None if there is no such HDF5 file.

    Notes
    -----
    HDF5 is not asked to follow the link: it would go on through links of the other file.
    """
    found = next((path for path in tried if Path(path).is_file()), None)
    if found is None:
        return None
    why = reach.withheld(found)
    if why:
        return why
    try:
        # With HDF5's own close degree, as h5py.File: one file cannot be open with two.
        return h5f.open(os.fsencode(found), h5f.ACC_RDONLY, h5p.create(h5p.FILE_ACCESS))
    except OSError:
        return None


def withheld_data(dsid: h5d.DatasetID, home: Home) -> str:
    """Return why the elements of a dataset must not be read; empty if they may.

    They may lie in other files: in raw ones, or in datasets that a virtual one is made of.
    """
    if home.reach is None:
        return ""
    return next(filter(None, map(home.reach.withheld, _data_files(dsid, home))), "")


def _data_files(dsid: h5d.DatasetID, home: Home) -> Iterator[str]:
    dcpl = dsid.get_create_plist()
    if dcpl.get_layout() == h5d.VIRTUAL:
        folder = str(Path(home.source).parent)
        for index in range(dcpl.get_virtual_count()):
            name = dcpl.get_virtual_filename(index)
            if name != ".":
                # All of them: a name may be a pattern, of which no file exists.
                yield from external_candidates(name, folder, os.environ)[:1]
    elif dcpl.get_layout() == h5d.CONTIGUOUS:
        for index in range(dcpl.get_external_count()):
            yield absolute(os.fsdecode(dcpl.get_external(index)[0]))
