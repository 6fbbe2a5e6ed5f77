"""What holds for every verb: exit codes, errors on one stream, output that any terminal takes."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hdmf_io_core import errors
from hdmf_io_core.cli.exitcodes import ExitCode, exit_code
from hdmf_io_core.cli.output import Output, human_bytes, printable, shortened

Run = Callable[..., Any]


@pytest.mark.parametrize("argv", [(), ("nonsense",), ("tree",), ("tree", "--nonsense", "x")])
def test_wrong_arguments_are_usage(run: Run, argv: tuple[str, ...]) -> None:
    ran = run(*argv)
    assert (ran.code, ran.out) == (ExitCode.USAGE, "")
    assert "usage: hdmf-io" in ran.err


@pytest.mark.parametrize("argv", [("--help",), ("--version",), ("tree", "--help")])
def test_help_is_no_error(run: Run, argv: tuple[str, ...]) -> None:
    assert run(*argv).code == ExitCode.OK


def test_a_missing_source_is_an_error_without_traceback(run: Run, tmp_path: Path) -> None:
    for verb in ("info", "tree"):
        ran = run(verb, str(tmp_path / "missing.h5"))
        assert (ran.code, ran.out) == (ExitCode.SOURCE, "")
        assert ran.err.startswith("error: the source does not exist")
        assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.PluginLoadError("x"), ExitCode.PLUGIN),
        (errors.BackendNotInstalledError("x"), ExitCode.PLUGIN),
        (errors.UnknownBackendError("x"), ExitCode.USAGE),
        (errors.NodeNotFoundError("x"), ExitCode.USAGE),
        (errors.NoBackendError("x"), ExitCode.SOURCE),
        (errors.LockedFileError("x"), ExitCode.SOURCE),
        (errors.CorruptFileError("x"), ExitCode.FAILED),
    ],
)
def test_each_kind_of_error_has_its_code(error: errors.HdmfIOError, code: ExitCode) -> None:
    assert exit_code(error) == code


def test_exit_codes_are_stable() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FINDINGS": 1,
        "USAGE": 2,
        "SOURCE": 3,
        "PLUGIN": 4,
        "FAILED": 5,
        "INTERRUPTED": 130,
        "PIPE": 141,
    }


def test_a_reader_that_stops_is_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "hdmf_io_core.cli", "backends"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (ExitCode.PIPE, "")


def test_a_terminal_without_boxes_gets_plain_lines() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    out = Output(stream)
    assert not out.has_boxes
    out.line("ü")
    stream.flush()
    assert stream.buffer.getvalue() == b"\\xfc\n"
    assert Output(io.StringIO()).has_boxes


def test_control_characters_are_escaped() -> None:
    assert printable("a\x1b[31mb\n") == "a\\x1b[31mb\\n"
    assert printable("名前 ü") == "名前 ü"
    assert printable("\udcff") == "\\udcff"


def test_numbers_and_texts_are_short() -> None:
    assert [human_bytes(n) for n in (0, 1023, 1024, 1536, 5 << 30)] == [
        "0 B",
        "1023 B",
        "1 KiB",
        "1.5 KiB",
        "5 GiB",
    ]
    assert human_bytes(1 << 70) == "1.05e+06 PiB"
    assert shortened("abcdef", 5) == "ab..."
    assert shortened("abcde", 5) == "abcde"
