"""``hdmf-io which`` and ``hdmf-io backends``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hdmf_io_core.chunks.deflate import installed
from hdmf_io_core.cli.exitcodes import ExitCode

Run = Callable[..., Any]


def test_which_tells_the_backend_and_why(run: Run) -> None:
    ran = run("which", "memory://any")
    assert (ran.code, ran.lines) == (ExitCode.OK, ["memory  (URL scheme memory)"])


def test_which_by_name(run: Run) -> None:
    told = json.loads(run("which", "any", "--backend", "memory", "--json").out)
    assert (told["backend"], told["by"], told["exists"]) == ("memory", "name", False)


def test_which_of_nothing_known_is_a_source_error(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("text")
    ran = run("which", str(path))
    assert (ran.code, ran.out) == (ExitCode.SOURCE, "")
    assert ran.err.startswith("error: no backend recognises the content")


def test_which_of_an_unknown_backend_is_a_wrong_argument(run: Run) -> None:
    assert run("which", "any", "--backend", "memry").code == ExitCode.USAGE


def test_backends_is_a_table(run: Run) -> None:
    ran = run("backends")
    assert ran.code == ExitCode.OK
    assert ran.lines[0].split() == ["NAME", "STATUS", "DISTRIBUTION", "SUFFIXES"]
    names = {line.split()[0]: line.split()[1] for line in ran.lines[1:4]}
    assert names["memory"] == "ready"
    assert {"hdf5", "zarr"} <= set(names)


def test_backends_names_the_libraries_that_deflate(run: Run) -> None:
    assert f"Deflate by: {installed()}" in run("backends").lines


def test_backends_as_json(run: Run) -> None:
    backends = {backend["name"]: backend for backend in json.loads(run("backends", "--json").out)}
    assert backends["memory"]["available"] is True
    assert all(backend["available"] or backend["reason"] for backend in backends.values())
