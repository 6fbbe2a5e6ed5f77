"""Cached specifications: found however the file names them, hidden, written as stock does."""

from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core.errors import NodeExistsError
from hdmf_io_hdf5.reader import HDF5Reader
from hdmf_io_hdf5.writer import HDF5Writer

SPECS = {
    ("core", "2.9.0"): {"namespace": '{"namespaces":[]}', "nwb.base": '{"groups":[]}'},
    ("core", "2.11.0"): {"namespace": '{"namespaces":["é"]}'},
    ("ndx-x", "None"): {"namespace": "{}", "ndx-x.extensions": "{}"},
}


def fill(group: Any) -> None:
    for (namespace, version), documents in SPECS.items():
        for name, text in documents.items():
            group[f"{namespace}/{version}/{name}"] = text


def test_written_specs_are_those_of_stock(h5: h5py.File, writer: HDF5Writer) -> None:
    writer.write_specs(SPECS)
    assert h5[h5.attrs[".specloc"]].name == "/specifications"
    for (namespace, version), documents in SPECS.items():
        group = h5[f"specifications/{namespace}/{version}"]
        assert {name: group[name].asstr()[()] for name in group} == documents
        info = h5py.check_string_dtype(group["namespace"].dtype)
        assert (info.encoding, info.length, group["namespace"].shape) == ("utf-8", None, ())
    assert writer.specs() == SPECS


def test_a_version_that_is_there_is_left_alone(writer: HDF5Writer) -> None:
    writer.write_specs({("core", "1"): {"namespace": "old"}})
    writer.write_specs({("core", "1"): {"namespace": "new"}, ("core", "2"): {"namespace": "x"}})
    assert writer.specs() == {
        ("core", "1"): {"namespace": "old"},
        ("core", "2"): {"namespace": "x"},
    }


def test_no_specs_make_no_group(h5: h5py.File, writer: HDF5Writer) -> None:
    writer.write_specs({})
    assert list(h5) == []
    assert writer.specs() == {}


def refer(h5: h5py.File) -> None:
    h5.attrs[".specloc"] = h5["schemas"].ref


def text(h5: h5py.File) -> None:
    h5.attrs[".specloc"] = "schemas"


def fixed_bytes(h5: h5py.File) -> None:
    h5.attrs[".specloc"] = np.bytes_(b"/schemas")


def one_element(h5: h5py.File) -> None:
    h5.attrs[".specloc"] = np.array([h5["schemas"].ref], h5py.ref_dtype)


@pytest.mark.parametrize("locate", [refer, text, fixed_bytes, one_element])
def test_specloc_of_every_kind_names_the_group(
    h5: h5py.File, reader: HDF5Reader, locate: Any
) -> None:
    fill(h5.create_group("schemas"))
    h5["data"] = 1
    locate(h5)
    assert reader.specs() == SPECS
    assert [child.name for child in reader.children("/")] == ["data"]
    assert reader.attributes("/") == {}


def test_the_default_group_is_found_without_specloc(h5: h5py.File, reader: HDF5Reader) -> None:
    fill(h5.create_group("specifications"))
    assert reader.specs() == SPECS
    assert list(reader.children("/")) == []


def test_a_users_group_of_that_name_is_no_cache(h5: h5py.File, reader: HDF5Reader) -> None:
    h5["specifications/probe/model/length"] = 3
    assert [child.name for child in reader.children("/")] == ["specifications"]
    assert reader.specs() == {}


@pytest.mark.parametrize("value", [h5py.Reference(), "nowhere"])
def test_a_specloc_that_leads_nowhere_is_passed_over(
    h5: h5py.File, reader: HDF5Reader, value: Any
) -> None:
    dtype = h5py.ref_dtype if isinstance(value, h5py.Reference) else None
    h5.attrs.create(".specloc", value, dtype=dtype)
    h5["data"] = 1
    assert reader.specs() == {}
    assert [child.name for child in reader.children("/")] == ["data"]


def test_texts_of_one_element_are_read(h5: h5py.File, reader: HDF5Reader) -> None:
    h5["specifications/core/1/namespace"] = np.array(["{}"], object)
    assert reader.specs() == {("core", "1"): {"namespace": "{}"}}


def test_a_dataset_in_their_place_is_no_group(h5: h5py.File, writer: HDF5Writer) -> None:
    h5["specifications"] = 1
    with pytest.raises(NodeExistsError):
        writer.write_specs(SPECS)


def test_specs_below_the_root_are_ordinary_nodes(h5: h5py.File, reader: HDF5Reader) -> None:
    fill(h5.create_group("specifications"))
    h5["g/specifications/x"] = 1
    assert [child.name for child in reader.children("/g")] == ["specifications"]
