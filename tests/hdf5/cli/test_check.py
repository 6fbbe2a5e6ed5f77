"""``hdmf-io check`` on HDF5 files that are whole, damaged and hostile."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hdmf_io_core.check.findings import CheckReport, Finding
from hdmf_io_core.check.shield import check

DATA = Path(__file__).parents[2] / "data"
# Others have filters of plugins, which need not be installed, or broken links.
WHOLE = ["builder/zoo.h5", "common/common.h5", "foreign/dtypes.h5", "nwb/ecephys_full.nwb"]


def kinds(report: CheckReport) -> list[tuple[str, str]]:
    """Return what was found where."""
    return [(finding.kind, finding.path) for finding in report.findings]


def chunk_place(path: Path, name: str, index: int) -> tuple[int, int]:
    """Return the offset and the size of a chunk in a file."""
    with h5py.File(path) as file:
        info = file[name].id.get_chunk_info(index)
        return info.byte_offset, info.size


def flip(path: Path, offset: int) -> None:
    """Change one byte of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Return a file with two chunked arrays and a reference."""
    path = tmp_path / "recording.h5"
    with h5py.File(path, "w") as file:
        values = np.arange(4000, dtype="i4")
        file.create_dataset("group/data", data=values, chunks=(1000,), compression="gzip")
        file.create_dataset("summed", data=values, chunks=(1000,), fletcher32=True)
        file["reference"] = file["group"].ref
    return path


@pytest.mark.parametrize("name", WHOLE)
def test_real_files_are_whole(name: str) -> None:
    report = check(str(DATA / name), data=True)
    assert report.is_whole
    assert report.findings == []
    assert report.n_arrays > 0


def test_without_data_only_references_are_read(recording: Path) -> None:
    report = check(str(recording))
    assert (report.n_chunks, report.n_bytes) == (0, 8)
    assert check(str(recording), data=True).n_chunks == 8


@pytest.mark.parametrize("name", ["group/data", "summed"])
def test_a_flipped_byte_in_a_chunk_is_found_with_its_coordinates(
    recording: Path, name: str
) -> None:
    offset, size = chunk_place(recording, name, 2)
    flip(recording, offset + size // 2)
    assert check(str(recording)).is_whole
    report = check(str(recording), data=True)
    assert kinds(report) == [("corrupt-data", f"/{name}")]
    assert report.findings[0].chunk == (2,)
    assert report.n_chunks == 7


def test_links_and_references_that_lead_nowhere_are_found(recording: Path) -> None:
    with h5py.File(recording, "a") as file:
        file["soft"] = h5py.SoftLink("/nowhere")
        file["external"] = h5py.ExternalLink("missing.h5", "/x")
        file["group"].attrs["reference"] = file["summed"].ref
        del file["summed"]
    report = check(str(recording))
    assert sorted(kinds(report)) == [
        ("broken-link", "/external"),
        ("broken-link", "/soft"),
        ("dangling-reference", "/group"),
    ]


def test_a_namespace_that_is_used_and_not_cached_is_a_warning(recording: Path) -> None:
    with h5py.File(recording, "a") as file:
        file["group"].attrs.update({"namespace": "lab", "neurodata_type": "Thing"})
    report = check(str(recording))
    assert kinds(report) == [("spec-not-cached", "/group")]
    assert report.is_whole


def test_a_cached_specification_that_is_no_json_is_found(tmp_path: Path) -> None:
    path = tmp_path / "specs.h5"
    shutil.copy(DATA / "common/common.h5", path)
    with h5py.File(path, "a") as file:
        cached = file["specifications/hdmf-common"]
        cached[next(iter(cached))]["namespace"][()] = "{"
    assert [kind for kind, _ in kinds(check(str(path)))] == ["bad-spec"]


def test_a_declared_shape_of_terabytes_costs_what_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "vast.h5"
    with h5py.File(path, "w") as file:
        data = file.create_dataset("vast", (1 << 30, 1 << 12), "f8", chunks=(8, 64))
        data[12345, 678] = 1
        file.create_dataset("flat", (1 << 42,), "f8")
    report = check(str(path), data=True, memory_bytes=2 << 30, timeout=60)
    assert report.n_chunks == 1
    assert kinds(report) == [("not-checked", "/flat")]


def test_a_truncated_file_is_not_whole(recording: Path) -> None:
    with recording.open("r+b") as file:
        file.truncate(recording.stat().st_size // 2)
    assert not check(str(recording), data=True).is_whole


def test_a_library_that_dies_of_the_file_is_a_finding(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal\n"
        "import hdmf_io_core.check.structure as structure\n"
        "look = structure.StructureCheck.node\n"
        "def node(self, found):\n"
        "    if found.path == '/summed':\n"
        "        os.kill(os.getpid(), signal.SIGSEGV)\n"
        "    return look(self, found)\n"
        "structure.StructureCheck.node = node\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    report = check(str(recording))
    assert kinds(report) == [("crash", "/summed")]
    assert "SIGSEGV" in report.findings[0].message


def test_the_command_tells_all_as_json(recording: Path, run: Callable[..., Any]) -> None:
    offset, size = chunk_place(recording, "summed", 0)
    flip(recording, offset + size // 2)
    ran = run("check", "--json", "--data", recording)
    assert ran.code == 1
    told = json.loads(ran.out)
    assert told["whole"] is False
    assert [Finding.from_json(item).path for item in told["findings"]] == ["/summed"]


def test_the_command_ends_with_a_verdict(recording: Path, run: Callable[..., Any]) -> None:
    ran = run("check", recording)
    assert (ran.code, ran.out.count("\n")) == (0, 1)
    assert "whole" in ran.out
