"""Filters and codecs are the same thing both ways; options are h5py's, errors name the filter."""

from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest
from h5py import h5d, h5p, h5s, h5t, h5z

from hdmf_io_core.errors import OptionError, UnknownCodecError
from hdmf_io_core.storage.dtypes import NumberType
from hdmf_io_core.storage.layout import ArrayLayout, CodecSpec, RawChunk
from hdmf_io_hdf5.filters import codecs_from_options, pipeline
from hdmf_io_hdf5.knownfilters import KNOWN_FILTERS, unknown_filter
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

MISSING = 32099
INT16 = NumberType(np.dtype("<i2"))
OPTIONS = [
    {},
    {"compression": "gzip"},
    {"compression": "gzip", "compression_opts": 9},
    {"compression": 3},
    {"compression": "lzf"},
    {"compression": "lzf", "shuffle": True, "fletcher32": True},
    {"compression": "gzip", "shuffle": True},
    {"fletcher32": True},
    {"scaleoffset": 0},
    {"scaleoffset": 5, "compression": "gzip"},
    {"shuffle": True},
]


def stored(dataset: Any) -> Any:
    dcpl = dataset.id.get_create_plist()
    return [dcpl.get_filter(i)[:3] for i in range(dcpl.get_nfilters())]


def layout(*codecs: Any) -> Any:
    return ArrayLayout((40,), INT16, chunks=(10,), codecs=codecs)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_make_the_filters_that_h5py_makes(
    h5: h5py.File, writer: HDF5Writer, options: Any
) -> None:
    h5.create_dataset("theirs", (40,), "<i2", chunks=(10,), **options)
    codecs = codecs_from_options(itemsize=2, **options)
    writer.create_array("/ours", layout(*codecs))
    assert stored(h5["ours"]) == stored(h5["theirs"])


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_codecs_read_from_a_file_write_the_same_filters(
    h5: h5py.File, reader: HDF5Reader, writer: HDF5Writer, options: Any
) -> None:
    h5.create_dataset("theirs", (40,), "<i2", chunks=(10,), **options)
    writer.create_array("/ours", reader.array("/theirs").layout)
    assert stored(h5["ours"]) == stored(h5["theirs"])
    assert reader.array("/ours").layout.codecs == reader.array("/theirs").layout.codecs


@pytest.mark.parametrize("opts", [None, ("ec", 4), ("nn", 8)])
def test_szip(h5: h5py.File, writer: HDF5Writer, opts: Any) -> None:
    if not h5z.filter_avail(h5z.FILTER_SZIP):
        with pytest.raises(UnknownCodecError, match="szip"):
            codecs_from_options(itemsize=2, compression="szip", compression_opts=opts)
        return
    szip = {"compression": "szip", "compression_opts": opts}
    h5.create_dataset("theirs", (40,), "<i2", chunks=(10,), **szip)
    codecs = codecs_from_options(itemsize=2, compression="szip", compression_opts=opts)
    writer.create_array("/ours", layout(*codecs))
    assert stored(h5["ours"]) == stored(h5["theirs"])


def test_standard_filters_have_the_names_of_numcodecs(h5: h5py.File, reader: HDF5Reader) -> None:
    h5.create_dataset("x", (8,), "<i4", chunks=(8,), compression=2, shuffle=True, fletcher32=True)
    assert reader.array("/x").layout.codecs == (
        CodecSpec("shuffle", {"elementsize": 4}),
        CodecSpec("zlib", {"level": 2}),
        CodecSpec("fletcher32"),
    )


def test_floats_keep_digits(h5: h5py.File, writer: HDF5Writer) -> None:
    h5.create_dataset("theirs", (40,), "<f4", chunks=(10,), scaleoffset=3)
    codecs = codecs_from_options(itemsize=4, scaleoffset=3, is_float=True)
    floats = ArrayLayout((40,), NumberType(np.dtype("<f4")), chunks=(10,), codecs=codecs)
    writer.create_array("/ours", floats)
    assert stored(h5["ours"]) == stored(h5["theirs"])


def test_a_mapping_as_hdf5plugin_gives_it_is_taken_apart() -> None:
    made = codecs_from_options(
        itemsize=2,
        compression={"compression": MISSING, "compression_opts": (1, 2)},
        allow_plugin_filters=True,
    )
    assert made == (CodecSpec(f"hdf5:{MISSING}", {"values": [1, 2], "flags": 1, "name": ""}),)


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "gzip", "compression_opts": 10},
        {"compression": "gzip", "compression_opts": -1},
        {"compression": "gzip", "compression_opts": "best"},
        {"compression": "gzip", "compression_opts": True},
        {"compression": "zip"},
        {"compression": 3, "compression_opts": 4},
        {"compression": -1},
        {"compression": "lzf", "compression_opts": 1},
        {"compression": "szip", "compression_opts": ("ec", 7)},
        {"compression": "szip", "compression_opts": 4},
        {"compression_opts": 4},
        {"compression": MISSING, "compression_opts": "abc"},
        {"compression": MISSING, "compression_opts": (-1,)},
        {"compression": {"level": 4}},
        {"compression": {"compression": "gzip"}, "compression_opts": 4},
        {"scaleoffset": -1},
        {"scaleoffset": True, "is_float": True},
        {"scaleoffset": 2, "fletcher32": True},
        {"scaleoffset": 2, "compression": "szip"},
    ],
    ids=str,
)
def test_options_that_hdf5_would_not_take_are_refused(options: Any) -> None:
    with pytest.raises(OptionError):
        codecs_from_options(itemsize=2, **options)


def test_a_filter_that_is_not_here_is_refused_unless_allowed() -> None:
    with pytest.raises(UnknownCodecError, match=str(MISSING)):
        codecs_from_options(itemsize=2, compression=MISSING)


@pytest.mark.parametrize("number", sorted(KNOWN_FILTERS))
def test_the_error_names_number_name_and_package(number: Any) -> None:
    name, package = KNOWN_FILTERS[number]
    text = str(unknown_filter(number, "file.h5", "/x"))
    assert all(part in text for part in (str(number), name, package, "file.h5", "/x"))


@pytest.fixture
def unreadable(h5: h5py.File) -> Any:
    """A dataset of plain h5py whose filter nobody has; its only chunk is four bytes."""
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_chunk((2,))
    dcpl.set_filter(MISSING, h5z.FLAG_OPTIONAL, (7, 8, 9))
    dsid = h5d.create(h5.id, b"x", h5t.STD_I32LE, h5s.create_simple((2,)), dcpl)
    dsid.write_direct_chunk((0,), b"\x01\x02\x03\x04")
    return h5["x"]


def test_reading_through_a_missing_filter_names_it(
    unreadable: h5py.Dataset, reader: HDF5Reader, oracle: SimpleNamespace
) -> None:
    with pytest.raises(UnknownCodecError, match=str(MISSING)) as caught:
        oracle.read_all(reader.array("/x"))
    assert (caught.value.path, caught.value.source) == ("/x", reader.source)
    assert isinstance(caught.value.__cause__, OSError)


def test_raw_chunks_copy_without_the_filter(
    unreadable: h5py.Dataset, reader: HDF5Reader, writer: HDF5Writer, h5: h5py.File
) -> None:
    source = reader.array("/x")
    sink = writer.create_array("/y", source.layout)
    chunk = source.read_raw((0,))
    sink.write_raw((0,), chunk)
    assert h5["y"].id.read_direct_chunk((0,)) == (0, b"\x01\x02\x03\x04")
    assert stored(h5["y"]) == stored(h5["x"])


def test_writing_values_through_a_missing_filter_is_refused(
    unreadable: h5py.Dataset, reader: HDF5Reader, writer: HDF5Writer, h5: h5py.File
) -> None:
    sink = writer.create_array("/y", reader.array("/x").layout)
    with pytest.raises(UnknownCodecError, match=str(MISSING)):
        sink.write((slice(0, 2),), np.zeros(2, "<i4"))
    assert h5["y"].id.get_num_chunks() == 0


@pytest.mark.parametrize("codec", ["zarr:zstd", "blosc", "hdf5:x"])
def test_codecs_of_others_are_refused(writer: HDF5Writer, codec: Any) -> None:
    with pytest.raises(UnknownCodecError):
        writer.check_layout("/x", layout(CodecSpec(codec)))


def test_skipped_filters_are_kept(h5: h5py.File, reader: HDF5Reader, writer: HDF5Writer) -> None:
    h5.create_dataset("x", (10,), "<i2", chunks=(10,), compression="gzip", shuffle=True)
    h5["x"].id.write_direct_chunk((0,), bytes(20), 0b10)
    assert reader.array("/x").read_raw((0,)) == RawChunk(bytes(20), 0b10)
    sink = writer.create_array("/y", reader.array("/x").layout)
    sink.write_raw((0,), RawChunk(bytes(20), 0b10))
    assert h5["y"].id.get_chunk_info(0).filter_mask == 0b10
    assert h5["y"].id.read_direct_chunk((0,))[1] == bytes(20)


def test_pipeline_of_a_plain_list_is_empty() -> None:
    assert pipeline(h5p.create(h5p.DATASET_CREATE)) == ()
