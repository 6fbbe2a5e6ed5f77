"""A plain file under a journal, and processes that die at a call."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from undonefiles import OLD

from hdmf_io_core.durability.undofile import UndoFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of ten and a bit pages."""
    path = tmp_path / "data.bin"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., UndoFile]]:
    """Opens the file under a journal."""
    descriptors: list[int] = []

    def open_it(**options: int) -> UndoFile:
        descriptors.append(os.open(path, os.O_RDWR))
        return UndoFile(str(path), descriptors[-1], **options)

    yield open_it
    for descriptor in descriptors:
        os.close(descriptor)
