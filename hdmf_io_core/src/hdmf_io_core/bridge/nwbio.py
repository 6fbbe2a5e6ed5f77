"""What pynwb's IOs have beside hdmf's: its manager, and the version of NWB."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pynwb
from hdmf.build import BuildManager

from hdmf_io_core.bridge.hdmfio import StorageHDMFIO
from hdmf_io_core.io.modes import starts_anew

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ReadsNWB", "nwb_manager"]


def nwb_manager(
    manager: Any, mode: str, *, load_namespaces: bool, load: Callable[[Any], object]
) -> Any:
    """Return the manager that pynwb's IOs work with.

    Parameters
    ----------
    manager : hdmf.build.BuildManager or None
        The user's own; taken as it is.
    mode : str
        Where it makes a file, there are no namespaces in it.
    load_namespaces : bool
        Whether namespaces cached in the file are used.
    load : callable
        Loads them into a type map of hdmf.
    """
    if manager is not None:
        return manager
    if not load_namespaces or starts_anew(mode):
        return pynwb.get_manager()
    type_map = pynwb.get_type_map()
    load(type_map)
    return BuildManager(type_map)


class ReadsNWB(StorageHDMFIO):
    """NWB over a storage of any backend; stands before the drop-in class of that backend."""

    @property
    def nwb_version(self) -> tuple[str | None, tuple[int | str, ...] | None]:
        """The version of NWB as stored, and in parts; both None if the file does not say."""
        self.check_open()
        stored = self._io.storage.attributes("/").get("nwb_version")
        if stored is None:
            return None, None
        value = stored.value
        text = value.decode() if isinstance(value, bytes) else str(value)
        parts = re.split(r"[-_.]", text.removeprefix("NWB-"))
        return text, tuple(int(part) if part.isnumeric() else part for part in parts)

    def read(self, *, skip_version_check: bool = False) -> Any:
        """Return the ``NWBFile``.

        Raises
        ------
        TypeError
            If the file is of no version of NWB, or of one before 2.
        UnsupportedOperation
            As for any IO of hdmf.
        """
        if not skip_version_check:
            text, version = self.nwb_version
            if version is None:
                msg = "Missing NWB version in file. The file is not a valid NWB file."
                raise TypeError(msg)
            if isinstance(version[0], int) and version[0] < 2:
                msg = (
                    f"NWB version {text} not supported. PyNWB supports NWB files version 2 and "
                    "above."
                )
                raise TypeError(msg)
        return super().read()
