"""Cached specifications: the newest version by number, and what a namespace holds."""

import itertools
import json
from typing import Any

import pytest

from hdmf_io_core import NamespaceCatalog, SpecCatalog
from hdmf_io_core.errors import NodeNotFoundError, SpecError
from hdmf_io_core.model.schemas import HDMF_COMMON, minimal_hdmf_common
from hdmf_io_core.model.spec import newest_version, version_key

ASCENDING = [
    "None",
    "unversioned",
    "1.0",
    "1.9.9",
    "1.10",
    "1.10.1",
    "2.0.0-alpha",
    "2.0b",
    "2.0.0-rc9",
    "2.0.0-rc10",
    "2.0.0",
    "2.9.0",
    "2.11.0",
    "10.0",
]


def test_versions_are_ordered_by_number() -> None:
    assert sorted(sorted(ASCENDING), key=version_key) == ASCENDING


@pytest.mark.parametrize(("older", "newer"), list(itertools.combinations(ASCENDING, 2)))
def test_the_newer_of_two_wins_in_either_order(older: str, newer: str) -> None:
    assert newest_version([older, newer]) == newest_version([newer, older]) == newer


@pytest.mark.parametrize(
    ("one", "other"), [("1.0", "1.0.0"), ("v2.1", "2.1"), ("2", "2.0.0"), ("1.0+a", "1.0")]
)
def test_the_same_number_may_be_written_in_two_ways(one: str, other: str) -> None:
    assert version_key(one) == version_key(other)


def test_without_versions_there_is_no_newest() -> None:
    with pytest.raises(SpecError):
        newest_version([])


def document(version: str, *types: str) -> dict[str, str]:
    schema = [{"source": "base"}, {"namespace": "hdmf-common"}]
    namespace = {"name": "lab", "version": version, "doc": "Ours", "schema": schema}
    groups = [{"data_type_def": name, "doc": "d"} for name in types]
    return {
        "namespace": json.dumps({"namespaces": [namespace]}),
        "base": json.dumps({"groups": groups}),
    }


@pytest.fixture
def catalog() -> NamespaceCatalog:
    return NamespaceCatalog(
        {
            ("lab", version): document(version, f"T{version}")
            for version in ("2.9.0", "2.11.0", "1.0")
        }
    )


def test_newest_version_is_the_default(catalog: NamespaceCatalog) -> None:
    assert catalog.namespaces == ("lab",)
    assert catalog.versions("lab") == ("2.11.0", "2.9.0", "1.0")
    assert catalog.versions("other") == ()
    namespace = catalog.get_namespace("lab")
    assert (namespace.version, namespace.doc) == ("2.11.0", "Ours")
    assert namespace.included == ("hdmf-common",)
    assert list(catalog.get_catalog("lab")) == ["T2.11.0"]
    assert "T1.0" in catalog.get_catalog("lab", "1.0")


def test_version_that_is_not_cached_names_what_is(catalog: NamespaceCatalog) -> None:
    with pytest.raises(SpecError, match=r"lab 3\.0.*'lab'"):
        catalog.get_namespace("lab", "3.0")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"namespaces": []}'])
def test_namespace_that_does_not_parse_is_named(text: str) -> None:
    catalog = NamespaceCatalog({("lab", "1.0"): {"namespace": text}})
    with pytest.raises(SpecError, match="lab"):
        catalog.get_namespace("lab")


def test_types_nested_in_types_are_found() -> None:
    inner = {"neurodata_type_def": "Inner", "doc": "d"}
    outer = {"data_type_def": "Outer", "doc": "d", "groups": [{"doc": "g", "datasets": [inner]}]}
    types = SpecCatalog({"base": {"groups": [outer]}})
    assert types.get_registered_types() == ("Outer", "Inner")
    assert (len(types), types.get_spec("Inner")) == (2, inner)
    with pytest.raises(NodeNotFoundError, match="'Other'"):
        types.get_spec("Other")


def test_minimal_schema_defines_what_plain_containers_are() -> None:
    catalog = NamespaceCatalog(minimal_hdmf_common())
    types = catalog.get_catalog(HDMF_COMMON)
    assert set(types) == {"Data", "Container", "SimpleMultiContainer"}


def test_specifications_may_be_nested_deeper_than_pythons_stack() -> None:
    spec: dict[str, Any] = {"data_type_def": "Inner"}
    for _ in range(100_000):
        spec = {"groups": [spec]}
    catalog = SpecCatalog({"base": {"groups": [{"data_type_def": "First"}, spec]}})
    assert catalog.get_registered_types() == ("First", "Inner")
    while spec.get("groups"):  # Python frees nested dicts by its stack.
        (spec,) = spec.pop("groups")
