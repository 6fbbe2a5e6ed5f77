"""Stores that hdmf-zarr and pynwb write, by name."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hdmf.common
import numcodecs
import numpy as np
import pynwb
import zarr
from hdmf.build import BuildManager, DatasetBuilder, GroupBuilder, LinkBuilder, ReferenceBuilder
from hdmf.data_utils import DataChunkIterator
from hdmf_zarr import NWBZarrIO, ZarrDataIO, ZarrIO
from pynwb.ecephys import ElectricalSeries
from pynwb.ophys import ImageSegmentation, OpticalChannel, TwoPhotonSeries
from stockcommon import aligned_table, plain_table

TYPED = {"namespace": "hdmf-common"}
START = datetime(2021, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)


def new_file(name: str) -> Any:
    """A file with little in it."""
    return pynwb.NWBFile(
        session_description="naïve, é", identifier=name, session_start_time=START,
        keywords=["one", "três"],
    )  # fmt: skip


def save(path: str, nwbfile: Any) -> None:
    """Write a file."""
    with NWBZarrIO(path, "w") as io:
        io.write(nwbfile)


def make_ecephys(path: str) -> None:
    """Electrodes with references to their groups, series in chunks and from an iterator, units."""
    nwbfile = new_file("ecephys")
    device = nwbfile.create_device(name="probe")
    group = nwbfile.create_electrode_group(
        name="shank", description="d", location="CA1", device=device
    )
    for i in range(4):
        nwbfile.add_electrode(group=group, location="CA1", x=float(i), y=0.0, z=0.0)
    region = nwbfile.create_electrode_table_region([0, 2], "two of four")
    data = ZarrDataIO(np.arange(400, dtype="i2").reshape(200, 2), chunks=(64, 2))
    nwbfile.add_acquisition(ElectricalSeries(name="raw", data=data, electrodes=region, rate=3e4))
    streamed = DataChunkIterator(data=iter(np.ones((50, 2))), buffer_size=9)
    nwbfile.add_acquisition(
        ElectricalSeries(name="streamed", data=streamed, electrodes=region, rate=1.0)
    )
    for i in range(3):
        nwbfile.add_unit(spike_times=np.arange(i * 100) / 10, electrodes=[i])
    save(path, nwbfile)


def make_ophys(path: str) -> None:
    """Masks of compound elements, and trials that refer to times in a series."""
    nwbfile = new_file("ophys")
    channel = OpticalChannel(name="c", description="d", emission_lambda=500.0)
    plane = nwbfile.create_imaging_plane(
        name="plane", optical_channel=channel, description="d", device=nwbfile.create_device("m"),
        excitation_lambda=600.0, indicator="GFP", location="V1", imaging_rate=30.0,
    )  # fmt: skip
    movie = TwoPhotonSeries(
        name="movie", data=np.ones((5, 4, 4), "u2"), imaging_plane=plane, rate=1.0, unit="n.a."
    )
    nwbfile.add_acquisition(movie)
    segmentation = ImageSegmentation()
    rois = segmentation.create_plane_segmentation(description="d", imaging_plane=plane, name="rois")
    rois.add_roi(pixel_mask=[(0, 0, 1.0), (1, 2, 0.5)])
    rois.add_roi(pixel_mask=[(3, 3, 0.25)])
    nwbfile.create_processing_module("ophys", "d").add(segmentation)
    nwbfile.add_trial(start_time=0.0, stop_time=1.5, timeseries=[movie], tags=["a"])
    nwbfile.add_trial(start_time=2.0, stop_time=3.0, timeseries=[movie], tags=["b", "ç"])
    save(path, nwbfile)


def make_linked(path: str) -> None:
    """Series that share their times through links, one of them to another store beside it."""
    source = Path(path).with_name(f"source_{Path(path).name}")
    other = new_file("source")
    other.add_acquisition(
        pynwb.TimeSeries(name="orig", data=np.arange(30.0), unit="m", timestamps=np.arange(30.0))
    )
    save(str(source), other)
    nwbfile = new_file("linked")
    first = pynwb.TimeSeries(name="first", data=np.arange(9.0), unit="m", timestamps=np.arange(9.0))
    nwbfile.add_acquisition(first)
    nwbfile.add_acquisition(
        pynwb.TimeSeries(name="second", data=np.ones(9), unit="m", timestamps=first)
    )
    with NWBZarrIO(str(source), "r") as io:
        orig = io.read().acquisition["orig"]
        nwbfile.add_acquisition(orig)
        with NWBZarrIO(path, "w", manager=io.manager) as out:
            out.write(nwbfile, link_data=True)


def make_common(path: str) -> None:
    """Every table of hdmf-common."""
    plain = plain_table()
    regions = hdmf.common.DynamicTable(name="regions", description="rows of the plain table")
    empty = hdmf.common.DynamicTable(
        name="empty", description="no rows",
        columns=[hdmf.common.VectorData(name="x", description="x", data=np.empty(0, "i2"))],
    )  # fmt: skip
    tables = [plain, regions, aligned_table(), empty]
    root = hdmf.common.SimpleMultiContainer(name="root", containers=tables)
    regions.add_column("region", "regions", table=plain, index=True)
    regions.add_row(region=[0, 2])
    regions.add_row(region=[5])
    with ZarrIO(path, mode="w", manager=hdmf.common.get_manager()) as io:
        io.write(root)


NUMBERS = [f"{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8)] + ["f4", "f8"]


def compound(name: str, rows: list[Any], types: list[str]) -> Any:
    """Rows of fields that are called a, b and so on."""
    fields = [{"name": "abc"[i], "dtype": code, "doc": code} for i, code in enumerate(types)]
    return DatasetBuilder(name, rows, dtype=fields, attributes={**TYPED, "data_type": "Data"})


def make_zoo(path: str) -> None:
    """Every kind of data and attribute, straight from builders."""
    write_zoo(path)


def make_other(path: str) -> None:
    """The same as the peer stores it when it is asked for other codecs, keys and shards."""
    if zarr.__version__.startswith("2."):
        # With this codec 0.13 writes references in records that it cannot read.
        store = zarr.storage.NestedDirectoryStore(path)
        write_zoo(store, without="records", object_codec_class=numcodecs.JSON)
    else:
        codec = {"name": "gzip", "configuration": {"level": 3}}
        write_zoo(path, big=ZarrDataIO(BIG, chunks=(50, 4), shards=(200, 4), compressors=[codec]))


BIG = np.arange(4000.0).reshape(1000, 4)


def write_zoo(where: Any, *, big: Any = BIG, without: str = "", **options: Any) -> None:
    """Write the tree."""
    typed = {**TYPED, "data_type": "Data"}
    plain: dict[str, Any] = {
        **{kind: np.arange(6).astype(kind).reshape(2, 3) for kind in NUMBERS},
        "bool": np.array([True, False, True]),
        "nan": np.array([np.nan, np.inf, -np.inf, 0.5]),
        "text": ["a", "é", ""],
        "one_number": 7,
        "one_float": 0.25,
        "one_text": "é",
        "list": [1, 2, 3],
    }
    nodes = {
        name: DatasetBuilder(name, data, attributes={**typed, "object_id": f"id-{name}"})
        for name, data in plain.items()
    }
    nodes["big"] = DatasetBuilder("big", big, attributes=dict(typed))
    none = np.empty((0, 3), "i4")
    nodes["empty"] = DatasetBuilder("empty", none, dtype="int32", attributes=dict(typed))
    nodes["ascii"] = DatasetBuilder("ascii", [b"a", b"bc"], dtype="ascii", attributes=dict(typed))
    sub = GroupBuilder("sub", attributes={**TYPED, "data_type": "Container", "object_id": "id-sub"})
    refs = [ReferenceBuilder(nodes["text"]), ReferenceBuilder(sub)]
    nodes["refs"] = DatasetBuilder("refs", refs, dtype="object", attributes=dict(typed))
    records = [(1, "eins", refs[0]), (2, "zwéi", refs[1])]
    nodes["records"] = compound("records", records, ["int32", "utf8", "object"])
    nodes.pop(without, None)
    nodes["pairs"] = compound("pairs", [(1, 0.5), (2, 1.5)], ["int32", "float64"])
    nodes["labels"] = compound("labels", [(1, "eins"), (2, "zwéi")], ["int32", "utf8"])
    holder = GroupBuilder(
        "holder",
        links={
            "to_array": LinkBuilder(nodes["f8"], "to_array"),
            "to_group": LinkBuilder(sub, "to_group"),
        },
        attributes={
            **TYPED, "data_type": "Container", "object_id": "id-holder", "text": "é", "number": 3,
            "numbers": np.arange(3), "texts": ["a", "é"], "yes": True, "float": 1.5,
            "nothing": [], "to": ReferenceBuilder(nodes["i4"]),
        },
    )  # fmt: skip
    root = GroupBuilder(
        "root",
        groups={"sub": sub, "holder": holder},
        datasets=nodes,
        attributes={**TYPED, "data_type": "SimpleMultiContainer", "object_id": "id-root"},
    )
    manager = BuildManager(hdmf.common.get_type_map())
    with ZarrIO(where, mode="w", manager=manager, **options) as io:
        io.write_builder(root)


def add_series(path: str) -> None:
    """Add to a store, and leave its consolidated metadata as it was."""
    with NWBZarrIO(path, "a") as io:
        nwbfile = io.read()
        nwbfile.add_acquisition(
            pynwb.TimeSeries(name="added", data=np.arange(5.0), unit="m", rate=1.0)
        )
        io.write(nwbfile, consolidate_metadata=False)


MAKERS: dict[str, Callable[[str], None]] = {
    "ecephys": make_ecephys,
    "ophys": make_ophys,
    "linked": make_linked,
    "common": make_common,
    "zoo": make_zoo,
    "other": make_other,
    "add_series": add_series,
}
