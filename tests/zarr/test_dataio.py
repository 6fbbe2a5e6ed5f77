"""ZarrDataIO: what it asks for is what zarr-python finds."""

from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
import zarr

from hdmf_io_core import Container, Data
from hdmf_io_core.errors import LinkTargetError, OptionError, UnknownCodecError
from hdmf_io_zarr import (
    ZarrDataIO,
    ZarrDataset,
    ZarrIO,
    ZarrSpecReader,
    check_zarr_version,
    get_zarr_version,
)


def stored(path: Path, data: Any, **options: Any) -> Any:
    container = Container(name="root")
    container.add_child(Data(name="x", data=data))
    with ZarrIO(path, "w", **options) as io:
        io.write(container)
    return zarr.open_group(path, mode="r")["x"]


@pytest.mark.filterwarnings("ignore:Numcodecs codecs")
def test_chunks_and_codecs_are_as_asked(tmp_path: Path, zarr_format: Any) -> None:
    values = np.arange(24, dtype="i2").reshape(8, 3)
    wrapped = ZarrDataIO(
        values,
        chunks=(4, 3),
        filters=[numcodecs.Shuffle(2)],
        compressor=numcodecs.Zlib(7),
        fillvalue=-1,
    )
    array = stored(tmp_path / "a.zarr", wrapped, zarr_format=zarr_format)
    np.testing.assert_array_equal(array[...], values)
    assert (array.chunks, array.fill_value) == ((4, 3), -1)
    with ZarrIO(tmp_path / "a.zarr") as io:
        layout = io.storage.array("/x").layout
        assert [codec.name for codec in layout.codecs] == ["shuffle", "zlib"]
        assert layout.codecs[1].config == {"level": 7}


def test_compression_is_the_default_and_can_be_left_out(tmp_path: Path) -> None:
    values = np.zeros(1000)
    assert stored(tmp_path / "a.zarr", ZarrDataIO(values)).compressors
    assert not stored(
        tmp_path / "b.zarr", ZarrDataIO(values, compressor=False, chunks=(10,))
    ).compressors


def test_shards_hold_chunks(tmp_path: Path) -> None:
    values = np.arange(100, dtype="u1").reshape(10, 10)
    array = stored(tmp_path / "a.zarr", ZarrDataIO(values, chunks=(2, 5), shards=(4, 10)))
    assert (array.shards, array.chunks) == ((4, 10), (2, 5))
    np.testing.assert_array_equal(array[...], values)
    with ZarrIO(tmp_path / "a.zarr") as io:
        np.testing.assert_array_equal(io.read()["x"].data[3:9, [1, 7]], values[3:9, [1, 7]])


def test_text_in_shards(tmp_path: Path) -> None:
    array = stored(tmp_path / "a.zarr", ZarrDataIO(["a", "é", "", "b"], chunks=(2,), shards=(4,)))
    assert list(array[...]) == ["a", "é", "", "b"]


def test_shards_need_format_3(tmp_path: Path) -> None:
    with pytest.raises(UnknownCodecError, match="format 3"):
        stored(tmp_path / "a.zarr", ZarrDataIO([1, 2], chunks=(1,), shards=(2,)), zarr_format=2)


def test_axes_have_names(tmp_path: Path, zarr_format: Any) -> None:
    wrapped = ZarrDataIO(np.zeros((2, 3)), dimension_names=("time", "channel"))
    array = stored(tmp_path / "a.zarr", wrapped, zarr_format=zarr_format)
    if zarr_format == 3:
        assert array.metadata.dimension_names == ("time", "channel")
    else:
        assert array.attrs["_ARRAY_DIMENSIONS"] == ["time", "channel"]


def test_an_array_without_content_is_filled_later(tmp_path: Path) -> None:
    wrapped = ZarrDataIO(dtype="i4", shape=(4,), chunks=(2,))
    container = Container(name="root")
    container.add_child(Data(name="x", data=wrapped))
    with ZarrIO(tmp_path / "a.zarr", "w") as io:
        io.write(container)
        wrapped.dataset[1:3] = [5, 6]
    assert list(zarr.open_group(tmp_path / "a.zarr", mode="r")["x"][:]) == [0, 5, 6, 0]


@pytest.mark.parametrize(
    "options",
    [
        {"codecs": ["zstd"], "compressor": "zlib"},
        {"shards": (4,)},
        {"link_data": True, "chunks": (2,)},
        {"compressor": {"level": 3}},
        {"compressor": {"id": "zlib", "levle": 3}},
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        ZarrDataIO([1, 2], **options)


def test_an_unknown_codec_is_refused_at_once() -> None:
    with pytest.raises(UnknownCodecError, match="magic"):
        ZarrDataIO([1], compressor="magic")


def test_a_link_must_be_clear(tmp_path: Path) -> None:
    container = Container(name="root")
    for name in ("a", "b"):
        container.add_child(Data(name=name, data=[1]))
    with ZarrIO(tmp_path / "two.zarr", "w") as io:
        io.write(container)
    with pytest.raises(LinkTargetError, match=r"/a, /b"):
        stored(tmp_path / "c.zarr", ZarrDataIO(str(tmp_path / "two.zarr"), link_data=True))


def test_linked_data_can_be_copied(tmp_path: Path) -> None:
    stored(tmp_path / "one.zarr", np.arange(3))
    container = Container(name="root")
    wrapped = ZarrDataIO(f"{tmp_path / 'one.zarr'}::/x", link_data=True)
    container.add_child(Data(name="x", data=wrapped))
    with ZarrIO(tmp_path / "copy.zarr", "w") as io:
        io.write(container, link_data=False)
    assert list(zarr.open_group(tmp_path / "copy.zarr", mode="r")["x"][:]) == [0, 1, 2]


def test_a_zarr_array_is_linked_or_copied(tmp_path: Path) -> None:
    array = stored(tmp_path / "one.zarr", np.arange(3))
    for link_data in (True, False):
        container = Container(name="root")
        container.add_child(Data(name="x", data=array))
        path = tmp_path / f"{link_data}.zarr"
        with ZarrIO(path, "w") as io:
            io.write(container, link_data=link_data)
        with ZarrIO(path) as io:
            info = io.storage.node("/x")
            assert info is not None
            assert (info.link is not None) == link_data
            assert list(io.read()["x"].data[:]) == [0, 1, 2]


def test_a_dataset_wraps_an_array_of_zarr_python(tmp_path: Path) -> None:
    stored(tmp_path / "one.zarr", ["a", "é"])
    with ZarrIO(tmp_path / "one.zarr") as io:
        for dataset in (ZarrDataset("/x", io), ZarrDataset(io.file["x"], io)):
            assert list(dataset[:]) == ["a", "é"]
        with pytest.raises(OptionError):
            ZarrDataset(np.arange(3), io)  # type: ignore[arg-type]


def test_specifications_are_read(tmp_path: Path, zarr_format: Any) -> None:
    stored(tmp_path / "one.zarr", [1], zarr_format=zarr_format)
    with ZarrIO(tmp_path / "one.zarr") as io:
        catalog, namespace = ZarrSpecReader(io).read_spec()
        assert namespace.name == "hdmf-common"
        assert catalog.documents


def test_versions_compare_by_number() -> None:
    assert check_zarr_version("3.1")
    assert not check_zarr_version("99")
    assert get_zarr_version() == zarr.__version__
