"""``hdmf-io tree``: every entry once, links with targets, cycles end."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hdmf_io_core.cli.exitcodes import ExitCode

Run = Callable[..., Any]


def test_the_whole_tree(run: Run, url: str) -> None:
    ran = run("tree", url)
    assert (ran.code, ran.err) == (ExitCode.OK, "")
    assert ran.lines[0].endswith(":/  [NWBFile]")
    assert ran.lines[1:] == [
        "├── a",
        "│   ├── x2  int16 (10, 4)  maxshape (None, 4)  chunks (5, 4)  shuffle, zlib(level=4)",
        "│   └── up  [NWBFile]  -> /",
        "├── x  int16 (10, 4)  maxshape (None, 4)  chunks (5, 4)  shuffle, zlib(level=4)  = /a/x2",
        "├── gone  -> /nowhere  (broken)",
        "├── s  text scalar",
        "└── b\\n",
    ]


def test_depth_cuts_below(run: Run, url: str) -> None:
    assert len(run("tree", url, "--depth", "0").lines) == 1
    names = [line.split()[1] for line in run("tree", url, "--depth", "1").lines[1:]]
    assert names == ["a", "x", "gone", "s", "b\\n"]


@pytest.mark.parametrize("start", ["/a", "a", "/a/"])
def test_a_start_path_is_the_root_of_what_is_shown(run: Run, url: str, start: str) -> None:
    ran = run("tree", url, start)
    assert ran.lines[0].endswith(":/a")
    assert [line.split()[1] for line in ran.lines[1:]] == ["x2", "up"]


def test_a_start_path_may_be_an_array(run: Run, url: str) -> None:
    assert len(run("tree", url, "/x").lines) == 1


def test_attributes_stand_below_their_node(run: Run, url: str) -> None:
    lines = run("tree", url, "/a", "--attributes").lines
    assert lines[1:3] == ["│   @to = -> /x", '│   @nan = "nan"']


def test_json_lists_the_nodes_with_all_that_is_known(run: Run, url: str) -> None:
    ran = run("tree", url, "--json", "--attributes")
    nodes = {node["path"]: node for node in json.loads(ran.out)["nodes"]}
    assert list(nodes) == ["/", "/a", "/a/x2", "/a/up", "/x", "/gone", "/s", "/b\n"]
    assert nodes["/x"]["same_as"] == "/a/x2"
    assert nodes["/x"]["shape"] == [10, 4]
    assert nodes["/x"]["maxshape"] == [None, 4]
    assert nodes["/x"]["codecs"][1] == {"name": "zlib", "config": {"level": 4}}
    assert nodes["/gone"] == {
        "path": "/gone",
        "kind": "missing",
        "link": {"kind": "soft", "target": "/nowhere"},
    }
    assert nodes["/a"]["attributes"] == {"to": {"reference": "/x"}, "nan": "nan"}
    assert (nodes["/"]["type"], nodes["/"]["namespace"]) == ("NWBFile", "core")


def test_a_missing_node_is_a_wrong_argument(run: Run, url: str) -> None:
    ran = run("tree", url, "/nope")
    assert (ran.code, ran.out) == (ExitCode.USAGE, "")
    assert "'/nope'" in ran.err


@pytest.mark.parametrize("depth", ["-1", "x", "1.5"])
def test_a_depth_that_is_no_number_is_refused(run: Run, url: str, depth: str) -> None:
    assert run("tree", url, f"--depth={depth}").code == ExitCode.USAGE
