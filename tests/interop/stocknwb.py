"""NWB files made by stock pynwb, one for each field of work."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
from hdmf.backends.hdf5 import H5DataIO
from hdmf.data_utils import DataChunkIterator
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.base import Images
from pynwb.behavior import Position, SpatialSeries
from pynwb.ecephys import LFP, ElectricalSeries
from pynwb.file import Subject
from pynwb.image import GrayscaleImage, ImageSeries, RGBImage
from pynwb.ophys import (
    Fluorescence,
    ImageSegmentation,
    OpticalChannel,
    RoiResponseSeries,
    TwoPhotonSeries,
)

START = datetime(2021, 3, 4, 5, 6, 7, 890123, tzinfo=timezone(-timedelta(hours=5)))


def new_file(name: str) -> NWBFile:
    """A file with what every file has, its times in two zones."""
    nwbfile = NWBFile(
        session_description=f"{name}: naïve, é",
        identifier=name,
        session_start_time=START,
        timestamps_reference_time=datetime(2021, 3, 4, tzinfo=UTC),
        keywords=["one", "zwei", "três"],
        subject=Subject(subject_id="s", species="Mus musculus", sex="F", age="P90D"),
    )
    nwbfile.add_trial_column("correct", "whether")
    nwbfile.add_trial(start_time=0.0, stop_time=1.5, correct=True)
    nwbfile.add_trial(start_time=2.0, stop_time=3.0, correct=False)
    return nwbfile


def saved(path: Path, nwbfile: NWBFile) -> Path:
    """Write a file."""
    with NWBHDF5IO(path, "w") as io:
        io.write(nwbfile)
    return path


def make_ecephys(path: Path) -> Path:
    """Electrodes, raw and filtered series in chunks, units with ragged columns."""
    nwbfile = new_file("ecephys")
    device = nwbfile.create_device(name="probe")
    group = nwbfile.create_electrode_group(
        name="shank", description="d", location="CA1", device=device, position=(1.0, 2.0, 3.0)
    )
    for i in range(4):
        nwbfile.add_electrode(group=group, location="CA1", x=float(i), y=0.0, z=0.0)
    region = nwbfile.create_electrode_table_region([0, 2], "two of four")
    data = H5DataIO(
        np.arange(400, dtype="i2").reshape(200, 2),
        chunks=(64, 2), compression="gzip", shuffle=True, maxshape=(None, 2),
    )  # fmt: skip
    raw = ElectricalSeries(name="raw", data=data, electrodes=region, rate=30_000.0)
    streamed = DataChunkIterator(data=iter(np.ones((50, 2))), buffer_size=9)
    lfp = LFP(
        electrical_series=ElectricalSeries(
            name="lfp", data=streamed, electrodes=region, rate=1000.0
        )
    )
    nwbfile.add_acquisition(raw)
    nwbfile.create_processing_module("ecephys", "d").add(lfp)
    for i in range(3):
        nwbfile.add_unit(
            spike_times=np.arange(i * 100) / 10, electrodes=[i], waveform_mean=np.ones((4, 1)) * i
        )
    return saved(path, nwbfile)


def make_ophys(path: Path) -> Path:
    """Planes, masks of compound elements, and what is measured in them."""
    nwbfile = new_file("ophys")
    channel = OpticalChannel(name="c", description="d", emission_lambda=500.0)
    plane = nwbfile.create_imaging_plane(
        name="plane", optical_channel=channel, description="d", device=nwbfile.create_device("m"),
        excitation_lambda=600.0, indicator="GFP", location="V1", imaging_rate=30.0,
    )  # fmt: skip
    series = TwoPhotonSeries(
        name="movie", data=np.ones((5, 4, 4), "u2"), imaging_plane=plane, rate=1.0, unit="n.a."
    )
    nwbfile.add_acquisition(series)
    segmentation = ImageSegmentation()
    rois = segmentation.create_plane_segmentation(description="d", imaging_plane=plane, name="rois")
    rois.add_roi(pixel_mask=[(0, 0, 1.0), (1, 2, 0.5)])
    rois.add_roi(pixel_mask=[(3, 3, 0.25)])
    module = nwbfile.create_processing_module("ophys", "d")
    module.add(segmentation)
    fluorescence = Fluorescence()
    module.add(fluorescence)
    response = RoiResponseSeries(
        name="response", data=np.ones((5, 2)), unit="l", rate=1.0,
        rois=rois.create_roi_table_region("all", region=[0, 1]),
    )  # fmt: skip
    fluorescence.add_roi_response_series(response)
    return saved(path, nwbfile)


def make_behavior(path: Path) -> Path:
    """Positions, and series that share their times through links."""
    nwbfile = new_file("behavior")
    first = SpatialSeries(
        name="xy", data=np.ones((9, 2)), reference_frame="o", timestamps=np.arange(9.0)
    )
    second = TimeSeries(name="speed", data=np.arange(9.0), unit="m/s", timestamps=first)
    third = TimeSeries(name="same", data=second, unit="m/s", timestamps=first)
    module = nwbfile.create_processing_module("behavior", "d")
    module.add(Position(spatial_series=first))
    module.add(second)
    module.add(third)
    return saved(path, nwbfile)


def make_images(path: Path) -> Path:
    """Images, and a series whose frames lie in other files."""
    nwbfile = new_file("images")
    images = [
        GrayscaleImage(name="gray", data=np.ones((3, 4), "u1")),
        RGBImage(name="rgb", data=np.ones((3, 4, 3), "u1"), resolution=70.0),
    ]
    nwbfile.add_acquisition(Images(name="images", images=images))
    files = ImageSeries(
        name="external", external_file=["a.tif", "b.tif"], format="external", rate=1.0,
        starting_frame=[0, 4], num_samples=9, unit="n.a.",
    )  # fmt: skip
    nwbfile.add_acquisition(files)
    return saved(path, nwbfile)


def make_links(path: Path) -> Path:
    """A file that links to the data, and to a whole series, of another file beside it."""
    other = new_file("source")
    other.add_acquisition(TimeSeries(name="orig", data=np.arange(30.0), unit="m", rate=1.0))
    saved(path.with_name("links_source.nwb"), other)
    nwbfile = new_file("links")
    with NWBHDF5IO(path.with_name("links_source.nwb"), "r") as io:
        orig = io.read().acquisition["orig"]
        nwbfile.add_acquisition(orig)
        nwbfile.add_acquisition(TimeSeries(name="data", data=orig.data, unit="m", rate=1.0))
        with NWBHDF5IO(path, "w", manager=io.manager) as out:
            out.write(nwbfile, link_data=True)
    return path


NWB_FILES: dict[str, Callable[[Path], Any]] = {
    "ecephys": make_ecephys,
    "ophys": make_ophys,
    "behavior": make_behavior,
    "images": make_images,
    "links": make_links,
}
