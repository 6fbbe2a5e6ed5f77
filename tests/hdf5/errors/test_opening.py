"""A source that cannot be opened: the error says which, why, and how to go on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hdmf_io_core import Container, open_io
from hdmf_io_core.errors import (
    CorruptFileError,
    ModeError,
    NoBackendError,
    NotThisFormatError,
    OpenError,
    SourceExistsError,
    SourceNotFoundError,
)
from hdmf_io_hdf5 import HDF5IO

Refused = Callable[..., Any]
OPENERS = pytest.mark.parametrize("opener", [HDF5IO, open_io])


@OPENERS
def test_unknown_mode_names_the_modes_there_are(opener: Any, old: Path, refused: Refused) -> None:
    with refused(ModeError, "'rw'", "'r+'", "'x'"):
        opener(old, "rw")


def test_writing_in_mode_r_names_the_modes_that_write(old: Path, refused: Refused) -> None:
    with refused(ModeError, "'r'", "'a'", "'w'", source=str(old)), HDF5IO(old) as io:
        io.write(Container("other"))


def test_export_into_mode_r_names_the_modes_that_write(old: Path, refused: Refused) -> None:
    with refused(ModeError, "'a'", source=str(old)), HDF5IO(old) as io:
        io.export(io)


def test_reading_before_the_first_write_says_to_write(tmp_path: Path) -> None:
    with HDF5IO(tmp_path / "new.h5", "w") as io, pytest.raises(ModeError, match="Write first"):
        io.read()


@OPENERS
@pytest.mark.parametrize("mode", ["r", "r+"])
def test_missing_file_is_named(opener: Any, mode: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing.h5"
    with pytest.raises(SourceNotFoundError) as caught:
        opener(missing, mode)
    assert caught.value.source == str(missing)
    assert isinstance(caught.value, FileNotFoundError)
    assert "Check the path" in str(caught.value)
    assert not missing.exists()


@OPENERS
@pytest.mark.parametrize("mode", ["w", "a", "x"])
def test_missing_folder_is_named(opener: Any, mode: str, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError) as caught:
        opener(tmp_path / "nowhere" / "new.h5", mode)
    assert repr(str(tmp_path / "nowhere")) in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@OPENERS
@pytest.mark.parametrize("mode", ["x", "w-"])
def test_existing_file_is_not_replaced(opener: Any, mode: str, old: Path, refused: Refused) -> None:
    with refused(SourceExistsError, repr(mode), "'w' to replace", source=str(old)):
        opener(old, mode)


@pytest.mark.parametrize("mode", ["r", "r+", "a", "w", "x"])
def test_folder_is_no_file(mode: str, tmp_path: Path) -> None:
    with pytest.raises(OpenError) as caught:
        HDF5IO(tmp_path, mode)
    assert caught.value.source == str(tmp_path)
    assert "folder" in str(caught.value)


def test_folder_has_no_backend(tmp_path: Path) -> None:
    with pytest.raises(NoBackendError) as caught:
        open_io(tmp_path)
    assert caught.value.source == str(tmp_path)


@pytest.mark.parametrize("mode", ["r", "r+", "a"])
@pytest.mark.parametrize("text", [b"", b"hello" * 300, b"\x89HDF\r\n"])
def test_what_is_not_hdf5_is_told_from_hdf5(mode: str, text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "text.h5"
    path.write_bytes(text)
    with pytest.raises(NotThisFormatError) as caught:
        HDF5IO(path, mode)
    assert caught.value.source == str(path)
    assert f"{len(text)} bytes" in str(caught.value)
    assert path.read_bytes() == text


def test_what_is_not_hdf5_has_no_backend_but_its_suffix_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "text.h5"
    path.write_text("hello")
    with pytest.raises(NoBackendError) as caught:
        open_io(path)
    assert "suffix .h5" in str(caught.value)


@OPENERS
@pytest.mark.parametrize("mode", ["r", "r+", "a"])
def test_truncated_file_tells_both_lengths(opener: Any, mode: str, old: Path) -> None:
    whole = old.read_bytes()
    old.write_bytes(whole[:-300])
    with pytest.raises(CorruptFileError) as caught:
        opener(old, mode)
    assert caught.value.source == str(old)
    assert f"{len(whole) - 300} bytes of {len(whole)}" in str(caught.value)
    assert old.read_bytes() == whole[:-300]


def test_damaged_root_is_not_taken_for_another_format(old: Path) -> None:
    damaged = bytearray(old.read_bytes())
    damaged[96:160] = b"\xff" * 64
    old.write_bytes(damaged)
    with pytest.raises(CorruptFileError) as caught, HDF5IO(old) as io:
        io.read()
    assert caught.value.source == str(old)
