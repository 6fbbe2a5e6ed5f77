"""Copies between files: the same bytes where they mean the same, else the same elements."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from engine_files import make_file, stored_arrays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdmf_io_core.chunks.copy import copy_array
from hdmf_io_core.chunks.engine import Engine
from hdmf_io_hdf5.io import HDF5IO
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

FEW = settings(max_examples=40, suppress_health_check=list(HealthCheck))


def raw_chunks(dataset: Any) -> list[Any]:
    found = []
    for i in range(dataset.id.get_num_chunks()):
        info = dataset.id.get_chunk_info(i)
        data = dataset.id.read_direct_chunk(info.chunk_offset)[1]
        found.append((info.chunk_offset, info.filter_mask, data))
    return sorted(found)


@pytest.fixture(params=[1, 3], ids=lambda n: f"{n} workers")
def engine(request: pytest.FixtureRequest) -> Any:
    made = Engine(request.param, 4096)
    yield made
    made.close()


@FEW
@given(made=stored_arrays(), data=st.data())
def test_copies_equal_their_source(
    engine: Engine, in_new_folder: Callable[..., None], made: Any, data: Any
) -> None:
    other = data.draw(st.sampled_from([None, "codecs", "chunks"]))
    chunks = made["chunks"]
    if other == "chunks":
        chunks = tuple(data.draw(st.integers(1, n)) for n in made["shape"])
    options = {"fillvalue": made["options"].get("fillvalue"), "shuffle": True}
    options = options if other == "codecs" else made["options"]

    def check(folder: Path) -> None:
        make_file(folder / "x.h5", made)
        with h5py.File(folder / "x.h5") as file, h5py.File(folder / "y.h5", "w") as copy:
            copy.create_dataset(
                "x",
                made["shape"],
                made["values"].dtype,
                chunks=chunks,
                maxshape=(None,) * len(made["shape"]),
                **options,
            )
            reader = HDF5Reader(file, close_file=False)
            writer = HDF5Writer(copy, close_file=False)
            report = copy_array(reader.array("/x"), writer.open_sink("/x"), engine=engine)
            assert copy["x"][()].tobytes() == file["x"][()].tobytes()
            same_form = chunks == made["chunks"] and options == made["options"]
            if same_form:
                assert report.way == "raw"
                assert raw_chunks(copy["x"]) == raw_chunks(file["x"])
            reader.close()
            writer.close()

    in_new_folder(check)


def test_copies_inside_one_file(folder: Path, engine: Engine) -> None:
    """Each chunk that is stored changes the file that the others are fetched from."""
    values = np.random.default_rng(0).integers(0, 9, (100, 10))
    options: dict[str, Any] = {"chunks": (9, 4), "compression": "gzip", "shuffle": True}
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=values, **options)
        file.create_dataset("y", values.shape, values.dtype, **options)
        writer = HDF5Writer(file, close_file=False)
        report = copy_array(writer.array("/x"), writer.open_sink("/y"), engine=engine)
        assert report.way == "raw"
        assert raw_chunks(file["y"]) == raw_chunks(file["x"])
        writer.close()


def test_an_export_shares_encoded_chunks(folder: Path) -> None:
    values = np.random.default_rng(0).integers(0, 9, (1000, 10))
    with h5py.File(folder / "x.h5", "w") as file:
        for name, options in (("gzip", {"compression": 9}), ("lzf", {"compression": "lzf"})):
            file.create_dataset(name, data=values, chunks=(90, 10), **options)
        file["flat"] = values
    with HDF5IO(folder / "x.h5", "r") as source, HDF5IO(folder / "y.h5", "w", workers=3) as io:
        io.export(source)
    with h5py.File(folder / "x.h5") as one, h5py.File(folder / "y.h5") as other:
        for name in ("gzip", "lzf"):
            assert raw_chunks(other[name]) == raw_chunks(one[name])
        assert other["flat"][()].tobytes() == values.tobytes()
