"""What a suite needs to know of the storage under test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import pytest

from hdmf_io_core.testing.factories import build_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hdmf_io_core.storage.protocols import StorageReader, StorageWriter

__all__ = ["StorageCase"]


class StorageCase(ABC):
    """Opens the storage under test, and looks into it past the code under test.

    Files are told apart by a folder and a name. ``raw_...`` is called when no writer is open, and
    must not use the reader or writer under test: with the storage's own library, errors of
    writing and of reading cannot cancel each other out.
    """

    @abstractmethod
    def create(self, folder: Path, name: str) -> StorageWriter:
        """Make a new, empty file and open it for writing."""

    @abstractmethod
    def open_reader(self, folder: Path, name: str) -> StorageReader:
        """Open a file for reading."""

    @abstractmethod
    def open_writer(self, folder: Path, name: str) -> StorageWriter:
        """Open an existing file for writing."""

    @abstractmethod
    def link_name(self, name: str) -> str:
        """Return what an external link in a file calls another file of the same folder."""

    @abstractmethod
    def raw_names(self, folder: Path, name: str, path: str) -> set[str]:
        """Return the names in a group."""

    @abstractmethod
    def raw_array(self, folder: Path, name: str, path: str) -> Any:
        """Return all elements of an array of numbers or text; text as ``str``."""

    @abstractmethod
    def raw_attribute(self, folder: Path, name: str, path: str, attribute: str) -> Any:
        """Return an attribute that is a number or text; text as ``str``."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Where the files of one test are."""
        return tmp_path

    @pytest.fixture
    def writer(self, folder: Path) -> Iterator[StorageWriter]:
        """Return a new file called ``main``, open for writing."""
        writer = self.create(folder, "main")
        yield writer
        writer.close()

    @pytest.fixture
    def scenario(self, writer: StorageWriter, folder: Path) -> Iterator[StorageReader]:
        """Return the scenario, committed and opened afresh."""
        build_scenario(writer)
        reader = self.reopen(writer, folder)
        yield reader
        reader.close()

    def reopen(self, writer: StorageWriter, folder: Path, name: str = "main") -> StorageReader:
        """Commit and close, and open for reading."""
        writer.commit()
        writer.close()
        return self.open_reader(folder, name)
