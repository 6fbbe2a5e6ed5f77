"""Links into HDF5 files: readers of Zarr see a copy of the target, HDF5 gets the link back."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr
from converting import convert
from files import bring
from h5diff import differences

from hdmf_io_core import Container, Data, open_io

# Of zarr-python, about codecs that HDF5 has and format 3 names otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Numcodecs codecs:UserWarning")


def there(source: Path, zarr_format: Any, **options: Any) -> tuple[Path, Any]:
    """Convert a file to a store beside it; return the store and the report."""
    store = source.with_name("between.zarr")
    with open_io(source) as src, open_io(store, "w", zarr_format=zarr_format) as dst:
        return store, dst.export(src, **options)


def check_way_back(source: Path, store: Path) -> None:
    back = source.with_name("back.h5")
    assert convert(store, back).losses == ()
    assert differences(source, back) == []


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A file with links of every kind into another, ``other.h5``."""
    with h5py.File(tmp_path / "other.h5", "w") as file:
        trace = file.create_dataset(
            "g/trace", data=np.arange(1000).reshape(100, 10), chunks=(30, 10), compression="gzip"
        )
        file["g/twice"] = trace
        file["g/inner/far"] = [5, 6]
        file["g/soft"] = h5py.SoftLink("/g/trace")
        file["g/out"] = h5py.SoftLink("/elsewhere")
        file["g/up"] = h5py.ExternalLink("source.h5", "/")
        file["elsewhere"] = ["a", "b"]
        file["g"].attrs["to"] = trace.ref
        file["needy"] = [1]
        file["needy"].attrs["table"] = file["elsewhere"].ref
    with h5py.File(tmp_path / "source.h5", "w") as file:
        file["own"] = [1, 2]
        for name, target in {
            "array": "/g/trace",
            "group": "/g",
            "twin": "/g",
            "needy": "/needy",
            "nowhere": "/nothing",
        }.items():
            file[name] = h5py.ExternalLink("other.h5", target)
        file["no_file"] = h5py.ExternalLink("none.h5", "/x")
        file["back"] = h5py.ExternalLink("source.h5", "/own")
    return tmp_path / "source.h5"


def test_others_see_what_links_lead_to(linked: Path, zarr_format: Any) -> None:
    store, report = there(linked, zarr_format)
    assert report.losses == ()
    assert set(report.stand_ins) >= {"/array", "/group", "/twin", "/back"}
    assert {path for path, _ in report.links} >= {"/needy", "/nowhere", "/no_file"}
    assert not {"/needy", "/nowhere", "/no_file"} & set(report.stand_ins)
    assert "link /group -> other.h5::/g, and a copy of what it leads to" in str(report)
    root: Any = zarr.open_group(store, mode="r")
    assert root["group/inner/far"][...].tolist() == [5, 6]
    assert np.array_equal(root["group/trace"][...], np.arange(1000).reshape(100, 10))
    assert "/group/trace" in report.copied


def test_the_way_back_gives_the_links(linked: Path, zarr_format: Any) -> None:
    check_way_back(linked, there(linked, zarr_format)[0])


def test_a_stand_in_reads_as_a_link_with_content(linked: Path, zarr_format: Any) -> None:
    store, _ = there(linked, zarr_format)
    with open_io(store) as io:
        for name in ("group", "twin", "array"):
            info = io.storage.node(f"/{name}")
            assert (info.link.kind, info.link.file) == ("external", "other.h5")
        container = io.read()
        assert container["array"].data[3, 4] == 34
        assert container["twin/inner/far"].data[:].tolist() == [5, 6]
        assert container["group"].attributes["to"] is container["group/trace"]


def test_each_object_is_copied_once_and_cycles_end(linked: Path, zarr_format: Any) -> None:
    store, report = there(linked, zarr_format)
    assert report.arrays == 4  # own, trace, far, and what out leads to
    with h5py.File(linked.with_name("other.h5"), "r") as file:
        assert file["g/up"].attrs.keys() == set()
    with open_io(store) as io:
        assert io.storage.node("/group/up").home == "/"


def test_strict_lets_stand_ins_be(linked: Path, zarr_format: Any) -> None:
    store, report = there(linked, zarr_format, strict=True, verify=True)
    assert report.is_verified
    check_way_back(linked, store)


def test_from_store_to_store(linked: Path, zarr_format: Any) -> None:
    store, _ = there(linked, zarr_format)
    other = linked.with_name("other.zarr")
    report = convert(store, other, zarr_format=5 - zarr_format)
    assert report.losses == ()
    root: Any = zarr.open_group(other, mode="r")
    assert root["group/inner/far"][...].tolist() == [5, 6]
    check_way_back(linked, other)


def test_an_append_keeps_stand_ins_and_a_removal_takes_both(linked: Path, zarr_format: Any) -> None:
    store, _ = there(linked, zarr_format)
    with open_io(store, "a") as io:
        container = io.read()
        container.add_child(Container("new"))
        container["new"].add_child(Data("x", [1]))
        container.remove_child("group")
        io.write(container, cache_spec=False)
    with open_io(store) as io:
        assert io.storage.node("/group") is None
        info = io.storage.node("/array")
        assert (info.kind, info.link.path) == ("missing", "/g/trace")
    back = linked.with_name("back.h5")
    convert(store, back)
    found = {line.split(": ")[0] for line in differences(linked, back)}
    assert found == {"/group", "/new"}


def test_what_zarr_cannot_hold_stays_a_link_alone(tmp_path: Path, zarr_format: Any) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["g/back\\slash"] = [1]
        file["typed/type"] = np.dtype("f4")
        file["typed/x"] = [1]
    with h5py.File(tmp_path / "source.h5", "w") as file:
        file["named"] = h5py.ExternalLink("other.h5", "/g")
        file["typed"] = h5py.ExternalLink("other.h5", "/typed")
    store, report = there(tmp_path / "source.h5", zarr_format)
    assert (report.losses, report.stand_ins) == ((), ["/typed"])
    check_way_back(tmp_path / "source.h5", store)


def test_a_real_file(tmp_path: Path, zarr_format: Any) -> None:
    source = bring("nwb/links_dst.nwb", tmp_path)
    store, report = there(source, zarr_format, verify=True)
    assert report.losses == ()
    assert len(report.stand_ins) == 3
    root: Any = zarr.open_group(store, mode="r")
    with h5py.File(source) as file:
        expected = file["acquisition/orig/data"][...]
    assert np.array_equal(root["acquisition/orig/data"][...], expected)
    check_way_back(source, store)
