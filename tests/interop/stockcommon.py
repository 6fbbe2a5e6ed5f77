"""A file with every table of hdmf-common, made by stock hdmf."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from hdmf.backends.hdf5 import HDF5IO, H5DataIO
from hdmf.build import DatasetBuilder, GroupBuilder
from hdmf.common import (
    AlignedDynamicTable,
    DynamicTable,
    SimpleMultiContainer,
    VectorData,
    get_manager,
)
from hdmf.data_utils import DataChunkIterator


def make_common(path: Path) -> Path:
    """Write the file."""
    plain = plain_table()
    regions = DynamicTable(name="regions", description="rows of the plain table")
    tables = [plain, regions, aligned_table(), *tables_of_one()]
    root = SimpleMultiContainer(name="root", containers=tables)
    regions.add_column("region", "regions", table=plain, index=True)
    regions.add_row(region=[0, 2])
    regions.add_row(region=[5])
    with HDF5IO(path, "w", manager=get_manager()) as io:
        io.write(root)
    return path


def plain_table() -> DynamicTable:
    """Columns of every kind, ragged and doubly ragged ones past the range of an unsigned byte."""
    table = DynamicTable(name="plain", description="every kind of column")
    table.add_column("number", "a number", data=[])
    table.add_column("text", "a text", data=[])
    table.add_column("ragged", "ragged", index=True)
    table.add_column("doubly", "doubly ragged", index=2)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "EnumData is experimental")
        table.add_column("level", "enum", enum=["low", "high"])
    for i in range(6):
        table.add_row(
            number=i / 2,
            text=f"é{i}",
            ragged=list(range(i * 30)),
            doubly=[[f"{i}{j}"] * j for j in range(3)],
            level=["low", "high"][i % 2],
        )
    return table


def aligned_table() -> AlignedDynamicTable:
    """Tables side by side."""
    columns = [VectorData(name="a", description="a", data=[1, 2, 3])]
    category = DynamicTable(name="category", description="category", columns=columns)
    own = [VectorData(name="b", description="b", data=np.eye(3))]
    return AlignedDynamicTable(
        name="aligned", description="aligned", columns=own, category_tables=[category]
    )


def make_sparse(path: Path) -> Path:
    """Write a matrix with few elements; stock hdmf has a class for it only where scipy is."""
    typed = {"namespace": "hdmf-common", "object_id": "00000000-0000-4000-8000-000000000000"}
    matrix = GroupBuilder(
        "sparse",
        datasets={
            "data": DatasetBuilder("data", [1.0, 2.0]),
            "indices": DatasetBuilder("indices", np.array([0, 2], "u1")),
            "indptr": DatasetBuilder("indptr", np.array([0, 1, 1, 2], "u1")),
        },
        attributes={**typed, "data_type": "CSRMatrix", "shape": np.array([3, 3])},
    )
    root = GroupBuilder(
        "root",
        groups={"sparse": matrix},
        attributes={**typed, "data_type": "SimpleMultiContainer"},
    )
    with HDF5IO(path, "w", manager=get_manager()) as io:
        io.write_builder(root)
    return path


def tables_of_one() -> list[Any]:
    """Options, iterators, and nothing at all."""
    filtered = H5DataIO(np.arange(1000), compression="gzip", shuffle=True, chunks=(100,))
    streamed = DataChunkIterator(data=iter(np.arange(20.0)), buffer_size=7)
    empty = np.empty(0, "i2")
    tables = []
    for name, data in {"filtered": filtered, "streamed": streamed, "empty": empty}.items():
        column = VectorData(name="x", description="x", data=data)
        n_rows = {"filtered": 1000, "streamed": 20, "empty": 0}[name]
        tables.append(
            DynamicTable(name=name, description=name, columns=[column], id=list(range(n_rows)))
        )
    return tables
