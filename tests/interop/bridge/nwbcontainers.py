"""NWB containers in memory, and how the stock library sees a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pynwb
from hdmf.testing import TestCase
from pynwb import NWBFile, TimeSeries
from pynwb.ecephys import ElectricalSeries
from pynwb.ophys import ImageSegmentation, OpticalChannel

NWB_DATA = sorted((Path(__file__).parents[2] / "data" / "nwb").glob("*.nwb"))


def empty_file(identifier: str = "one") -> NWBFile:
    return NWBFile(
        session_description="naïve",
        identifier=identifier,
        session_start_time=datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC),
        keywords=["one", "zwei", "três"],
    )


def series(name: str, data: Any, **options: Any) -> TimeSeries:
    options = options or {"rate": 10.0}
    # "volts", as an ElectricalSeries says: data that is shared has one unit.
    return TimeSeries(name=name, data=data, unit="volts", **options)


def full_file() -> NWBFile:
    """Electrodes with references, ragged columns, compound rows, links inside the file."""
    nwbfile = empty_file()
    device = nwbfile.create_device(name="probe")
    group = nwbfile.create_electrode_group(
        name="shank", description="d", location="CA1", device=device, position=(1.0, 2.0, 3.0)
    )
    for i in range(4):
        nwbfile.add_electrode(group=group, location="CA1", x=float(i), y=0.0, z=0.0)
    nwbfile.add_acquisition(
        ElectricalSeries(
            name="raw",
            data=np.arange(40, dtype="int16").reshape(10, 4),
            electrodes=nwbfile.create_electrode_table_region([0, 1, 2, 3], "all"),
            timestamps=np.arange(10) / 7,
        )
    )
    linked = series("linked", nwbfile.acquisition["raw"], timestamps=nwbfile.acquisition["raw"])
    nwbfile.add_acquisition(linked)
    for spikes in ([0.5], [], [0.25, 0.75]):
        nwbfile.add_unit(spike_times=spikes, electrodes=[0, 2])
    nwbfile.add_trial_column("correct", "whether")
    nwbfile.add_trial(start_time=0.0, stop_time=1.5, correct=True, timeseries=[linked])
    nwbfile.add_trial(start_time=2.0, stop_time=3.0, correct=False, timeseries=[linked])
    add_masks(nwbfile)
    return nwbfile


def add_masks(nwbfile: NWBFile) -> None:
    channel = OpticalChannel(name="green", description="d", emission_lambda=500.0)
    plane = nwbfile.create_imaging_plane(
        name="plane",
        optical_channel=channel,
        description="d",
        device=nwbfile.create_device(name="scope"),
        excitation_lambda=600.0,
        indicator="GFP",
        location="V1",
    )
    segmentation = ImageSegmentation(name="masks")
    rois = segmentation.create_plane_segmentation(name="rois", description="d", imaging_plane=plane)
    for mask in ([(0, 0, 1.0), (1, 2, 0.5)], [(3, 3, 0.25)]):
        rois.add_roi(pixel_mask=mask)
    nwbfile.create_processing_module("ophys", "d").add(segmentation)


def assert_same(left: Any, right: Any) -> None:
    """Fail unless two containers are equal, all that is below them included."""
    TestCase().assertContainerEqual(left, right, ignore_hdmf_attrs=True)


def assert_stock_reads(path: Path, expected: NWBFile) -> None:
    """Fail unless stock pynwb finds the file valid and equal to what was to be written."""
    assert not pynwb.validate(path=path)
    with pynwb.NWBHDF5IO(path, "r") as io:
        assert_same(io.read(), expected)
