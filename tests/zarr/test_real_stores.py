"""Stores of hdmf-zarr 0.13 and 0.14 read whole: every array and attribute that the oracles tell."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hdmf_io_core.storage.layout import ObjectRef
from hdmf_io_core.storage.selection import select_all
from hdmf_io_zarr import ZarrIO, ZarrReader
from hdmf_io_zarr.arrays import ZarrArray

DATA = Path(__file__).parents[1] / "data"
STORES = sorted(
    path.relative_to(DATA).as_posix().removesuffix(".zip") for path in DATA.glob("zarr[23]/*.zip")
)
HIDDEN = {"zarr_dtype", "zarr_link", "_DTYPE", "_LINKS", "_REFERENCE_FIELDS", ".specloc"}


def oracle_of(name: str) -> dict[str, Any]:
    return json.loads((DATA / f"{name}.oracle.json").read_text("utf-8"))["objects"]


def cells(array: ZarrArray) -> Any:
    layout = array.layout
    out = np.empty(layout.shape, layout.memory_dtype)
    array.read_into(select_all(layout.shape or ()), out)
    return out


def as_oracle(value: Any, *, is_bytes: bool) -> Any:
    """Say a value as the oracles do, but for references, which become their path."""
    if isinstance(value, ObjectRef):
        return value.path
    if isinstance(value, (np.ndarray, list)):
        return [as_oracle(item, is_bytes=is_bytes) for item in value]
    if isinstance(value, np.void):
        names = value.dtype.names or ()
        return {name: as_oracle(value[name], is_bytes=is_bytes) for name in names}
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, str):
        return {"bytes": value.encode().decode("latin-1")} if is_bytes else value
    return value.item() if isinstance(value, np.generic) else value


def paths_of(value: Any) -> Any:
    """Return an oracle's value with each reference replaced by its path."""
    if isinstance(value, list):
        return [paths_of(item) for item in value]
    if isinstance(value, dict):
        return value["path"] if "path" in value else {k: paths_of(v) for k, v in value.items()}
    return value


def check_content(array: ZarrArray, facts: dict[str, Any]) -> None:
    values = cells(array)
    if facts["hash_kind"] == "raw":
        little = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"))
        assert hashlib.sha256(little.tobytes()).hexdigest() == facts["sha256"]
        return
    filters = facts["meta"].get("filters") or ()
    is_bytes = any(entry["id"] == "vlen-bytes" for entry in filters)
    said = as_oracle(values if values.ndim else values[()], is_bytes=is_bytes)
    if facts["meta"]["shape"] == [1] and not values.ndim:
        said = [said]
    preview = facts["preview"]
    found = said[: len(preview)] if isinstance(preview, list) else said
    assert found == paths_of(preview)
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    if paths_of(preview) == preview:
        assert hashlib.sha256(text.encode()).hexdigest() == facts["sha256"]


def all_paths(reader: ZarrReader, path: str = "/") -> set[str]:
    found = {path}
    for child in reader.children(path):
        if child.link is None:
            found |= all_paths(reader, child.path) if child.kind == "group" else {child.path}
    return found


@pytest.mark.parametrize("consolidated", [True, False])
@pytest.mark.parametrize("name", STORES)
def test_every_node_is_found(
    name: str, consolidated: bool, store_of: Callable[[str], Path]
) -> None:
    with ZarrIO(store_of(name), use_consolidated=consolidated) as io:
        expected = {p for p in oracle_of(name) if not p.startswith("/specifications")}
        assert all_paths(io.storage) == expected


@pytest.mark.parametrize("name", STORES)
def test_every_array_holds_what_its_oracle_tells(
    name: str, store_of: Callable[[str], Path]
) -> None:
    with ZarrIO(store_of(name)) as io:
        for path, facts in oracle_of(name).items():
            if facts["kind"] == "array":
                check_content(io.storage.array(path), facts)


@pytest.mark.parametrize("name", STORES)
def test_every_attribute_is_there_and_reserved_ones_are_not(
    name: str, store_of: Callable[[str], Path]
) -> None:
    with ZarrIO(store_of(name)) as io:
        for path, facts in oracle_of(name).items():
            found = io.storage.attributes(path)
            expected = {k: v for k, v in facts.get("attrs", {}).items() if k not in HIDDEN}
            assert set(found) == set(expected), path
            for key, value in expected.items():
                check_attribute(found[key].value, value)


def check_attribute(found: Any, stored: Any) -> None:
    if isinstance(found, ObjectRef):
        inner = stored.get("value") or stored.get("_REFERENCE")
        assert found.path == inner["path"]
    elif isinstance(found, np.ndarray):
        np.testing.assert_array_equal(found, np.array(stored, found.dtype))
    else:
        np.testing.assert_equal(found.item() if isinstance(found, np.generic) else found, stored)


@pytest.mark.parametrize("name", STORES)
def test_the_light_model_reads_it(name: str, store_of: Callable[[str], Path]) -> None:
    def visit(container: Any, depth: int = 0) -> int:
        found = 1
        for child in getattr(container, "children", ()):
            found += visit(child, depth + 1) if depth < 8 else 0
        return found

    if "links" in name:
        store_of(name.replace("dst", "src"))
    with ZarrIO(store_of(name)) as io:
        assert visit(io.read()) > 10


@pytest.mark.parametrize(
    "name", ["zarr2/links_dst_native.nwb.zarr", "zarr3/links_dst_native.nwb.zarr"]
)
def test_links_lead_to_the_other_store(name: str, store_of: Callable[[str], Path]) -> None:
    other = store_of(name.replace("dst", "src"))
    with ZarrIO(store_of(name)) as io:
        info = io.storage.node("/acquisition/orig")
        assert info is not None
        assert info.link is not None
        assert (info.link.kind, info.link.file) == ("external", other.name)
        assert (info.kind, info.source, info.home) == ("group", str(other), "/acquisition/orig")
        assert io.storage.array("/acquisition/orig/data").layout.shape
        soft = io.storage.node("/acquisition/soft_ts/timestamps")
        assert soft is not None
        assert soft.link is not None
        assert (soft.link.kind, soft.home) == ("soft", "/acquisition/local/timestamps")


@pytest.mark.parametrize(
    "name", ["zarr2/native_ecephys_full.nwb.zarr", "zarr3/native_ecephys_full.nwb.zarr"]
)
def test_cached_specifications_are_read_and_hidden(
    name: str, store_of: Callable[[str], Path]
) -> None:
    with ZarrIO(store_of(name)) as io:
        specs = io.storage.specs()
        assert {namespace for namespace, _ in specs} == {"core", "hdmf-common", "hdmf-experimental"}
        for documents in specs.values():
            assert json.loads(documents["namespace"])["namespaces"]
        assert "specifications" not in {child.name for child in io.storage.children("/")}
