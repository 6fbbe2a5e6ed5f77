"""Options that are misspelt, or ask for what cannot be: said so before anything is written."""

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core import DataChunkIterator, open_io
from hdmf_io_core.errors import OptionError, ShapeError, UnknownCodecError
from hdmf_io_hdf5 import HDF5IO, H5DataIO

Refused = Callable[..., Any]


def test_misspelt_option_names_the_nearest(old: Any, refused: Refused) -> None:
    with refused(OptionError, "'lockng'", "Did you mean 'locking'?", "rdcc_nbytes"):
        open_io(old, "w", lockng=True)


def test_option_like_no_other_lists_all(old: Any, refused: Refused) -> None:
    with refused(OptionError, "'zzz'", "locking", "libver"):
        open_io(old, zzz=True)


def test_misspelt_option_of_the_class_is_pythons_own_error(old: Any) -> None:
    with pytest.raises(TypeError, match="lockng"):
        HDF5IO(old, lockng=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="compresion"):
        H5DataIO([1], compresion="gzip")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "options",
    [
        {"locking": "sometimes"},
        {"libver": "v999"},
        {"driver": "nope"},
        {"rdcc_w0": 7.0},
        {"rdcc_nbytes": -4},
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", ["r", "a", "w"])
def test_wrong_value_of_a_file_option_blames_the_option(
    options: dict[str, Any], mode: str, old: Any, refused: Refused
) -> None:
    with refused(OptionError, "options", source=str(old)):
        HDF5IO(old, mode, **options).close()


@pytest.mark.parametrize("options", [{"fs_strategy": "zz"}, {"userblock_size": 100}], ids=str)
def test_wrong_value_of_a_new_files_option_blames_the_option(
    options: dict[str, Any], old: Any, refused: Refused
) -> None:
    with refused(OptionError, "options", source=str(old)):
        HDF5IO(old, "w", **options)


WRAPPERS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "level": ({"compression": "gzip", "compression_opts": 12}, ("12", "0 to 9")),
    "level is text": ({"compression": "gzip", "compression_opts": "high"}, ("'high'",)),
    "level alone": ({"compression_opts": 4}, ("compression='gzip'",)),
    "name": ({"compression": "gzap"}, ("'gzap'", "'gzip'")),
    "lzf with level": ({"compression": "lzf", "compression_opts": 3}, ("lzf", "3")),
    "chunks below 0": ({"chunks": (-1,)}, ("chunks", "-1")),
    "chunks of text": ({"chunks": ("a",)}, ("chunks", "'a'")),
    "maxshape of floats": ({"maxshape": (2.5,)}, ("maxshape", "2.5")),
    "scaleoffset below 0": ({"scaleoffset": -2}, ("scaleoffset", "-2")),
    "scaleoffset and fletcher32": ({"scaleoffset": 2, "fletcher32": True}, ("fletcher32",)),
}


@pytest.mark.parametrize(("options", "parts"), WRAPPERS.values(), ids=WRAPPERS)
def test_wrong_option_is_refused_when_it_is_given(
    options: dict[str, Any], parts: tuple[str, ...]
) -> None:
    with pytest.raises(OptionError) as caught:
        H5DataIO(np.zeros(4), **options)
    for part in parts:
        assert part in str(caught.value)


def test_linked_data_takes_no_options(tmp_path: Any) -> None:
    with pytest.raises(OptionError, match=r"compression.*link_data=False"):
        H5DataIO(str(tmp_path / "x.h5"), link_data=True, compression="gzip")


def test_filter_of_no_known_package_is_named_by_number() -> None:
    with pytest.raises(UnknownCodecError, match=r"32099.*HDF5_PLUGIN_PATH"):
        H5DataIO([1], compression=32099)


LAYOUTS: dict[str, tuple[Any, dict[str, Any], Any, tuple[str, ...]]] = {
    "chunks of another rank": (np.zeros((4, 4)), {"chunks": (2,)}, ShapeError, ("(2,)", "(4, 4)")),
    "chunks larger than the data": (np.zeros(4), {"chunks": (8,)}, ShapeError, ("(8,)", "(4,)")),
    "chunks of length 0": (np.zeros(4), {"chunks": (0,)}, ShapeError, ("(0,)",)),
    "maxshape below the shape": (np.zeros(4), {"maxshape": (2,)}, ShapeError, ("(2,)", "None")),
    "maxshape of another rank": (
        np.zeros(4),
        {"maxshape": (None, 4)},
        ShapeError,
        ("(None, 4)", "(4,)"),
    ),
    "chunks for a scalar": (1.0, {"chunks": True}, OptionError, ("a scalar", "one axis")),
    "filter for a scalar": (1.0, {"compression": "gzip"}, OptionError, ("a scalar",)),
    "maxshape for text": ("text", {"maxshape": (None,)}, OptionError, ("a scalar",)),
    "filter without chunks": (
        np.zeros(4),
        {"chunks": False, "compression": "gzip"},
        OptionError,
        ("chunks=False",),
    ),
    "maxshape below the rows to come": (
        lambda: DataChunkIterator((np.zeros(2) for _ in range(9)), maxshape=(None, 2)),
        {"maxshape": (4, 2)},
        ShapeError,
        ("(4, 2)",),
    ),
}


@pytest.mark.parametrize(("data", "options", "error", "parts"), LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("mode", ["w", "a"])
def test_layout_that_does_not_fit_is_refused_with_its_place(
    data: Any,
    options: dict[str, Any],
    error: Any,
    parts: tuple[str, ...],
    mode: str,
    old: Any,
    undone: Refused,
    write: Callable[..., None],
) -> None:
    with undone(error, *parts, source=str(old), path="/bad"):
        write(H5DataIO(data() if callable(data) else data, **options), mode)


# Numbers that no plugin package brings, or its import elsewhere would change what is tested.
@pytest.mark.parametrize("number", [32019, 305])
def test_data_of_a_missing_filter_names_number_and_remedy(number: int, tmp_path: Any) -> None:
    path = tmp_path / "foreign.h5"
    with h5py.File(path, "w") as file:
        # An optional filter that is missing does not stop HDF5 from making the dataset.
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((4,))
        plist.set_filter(number, h5py.h5z.FLAG_OPTIONAL, ())
        space = h5py.h5s.create_simple((4,))
        made = h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_INT32, space, plist)
        made.write_direct_chunk((0,), b"no such encoding")
    with HDF5IO(path) as io, pytest.raises(UnknownCodecError) as caught:
        io.read()["x"][:]
    assert str(number) in str(caught.value)
    assert getattr(caught.value, "source", None) == str(path)
