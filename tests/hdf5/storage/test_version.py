"""Versions of HDF5 compare by numbers."""

from typing import Any

import h5py
import pytest

import hdmf_io_hdf5.version
from hdmf_io_hdf5.version import check_h5_version, get_h5_version


def test_the_version_is_that_of_the_library() -> None:
    assert get_h5_version() == h5py.version.hdf5_version


def test_none_asks_for_nothing() -> None:
    assert check_h5_version() is True


@pytest.mark.parametrize(
    ("have", "asked", "enough"),
    [
        ("1.14.6", "1.14", True),
        ("1.14.6", "1.14.6", True),
        ("1.14.6", "1.14.10", False),
        ("1.14.10", "1.14.9", True),
        ("2.0.0", "1.14.6", True),
        ("2.0.0", "2.0.0rc1", True),
        ("2.0.0rc1", "2.0.0", False),
        ("2.0.0-rc2", "2.0.0rc1", True),
        ("1.14.4-3", "1.14.4", True),
        ("2.0.0", "2", True),
        ("2.0.0", "2.1", False),
    ],
)
def test_versions_compare_by_numbers(
    monkeypatch: pytest.MonkeyPatch, have: Any, asked: Any, enough: Any
) -> None:
    monkeypatch.setattr(hdmf_io_hdf5.version, "get_h5_version", lambda: have)
    assert check_h5_version(asked) is enough


@pytest.mark.parametrize("text", ["", "new", "one.two", "1..2"])
def test_what_is_no_version_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="not a version"):
        check_h5_version(text)
