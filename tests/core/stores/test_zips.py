"""Values in a zip: whole and in part, whatever way they are stored in there."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from hdmf_io_core.errors import CorruptFileError
from hdmf_io_core.stores.zips import ZipStore

VALUE = bytes(range(256)) * 40


def zipped(path: Path, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("a/before", b"x" * 100)
        archive.writestr("a/value", VALUE)
    return path


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("start", "length"),
    [(0, None), (5, None), (5, 10), (-8, None), (-8, 3), (10230, 100), (0, 0), (20000, 5)],
)
def test_a_part_is_the_slice_of_the_whole(
    tmp_path: Path, compression: int, start: int, length: int | None
) -> None:
    store = ZipStore(zipped(tmp_path / "a.zip", compression))
    expected = VALUE[start:] if length is None else VALUE[start:][:length]
    assert store.get("a/value", start, length) == expected
    store.close()


def test_a_part_of_a_stored_value_is_read_alone(tmp_path: Path) -> None:
    store = ZipStore(zipped(tmp_path / "a.zip"))
    n_read = 0

    class Counting:
        def __init__(self, file: Any) -> None:
            self._file = file

        def read(self, n: int = -1) -> bytes:
            nonlocal n_read
            data: bytes = self._file.read(n)
            n_read += len(data)
            return data

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

    archive: Any = store._archive
    archive.fp = Counting(archive.fp)
    assert store.get("a/value", 1000, 20) == VALUE[1000:1020]
    assert n_read == 30 + 20
    store.close()


def test_a_value_that_the_file_ends_in_is_damaged(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip")
    store = ZipStore(path)
    with path.open("r+b") as file:
        file.truncate(500)
    with pytest.raises(CorruptFileError, match="'a/value' is damaged"):
        store.get("a/value", 9000, 20)
    store.close()
