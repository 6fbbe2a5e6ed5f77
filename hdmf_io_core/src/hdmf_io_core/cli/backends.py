"""``hdmf-io backends``: which backends there are, and why others are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.chunks.deflate import installed
from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.output import printable
from hdmf_io_core.io.open import list_backends

if TYPE_CHECKING:
    import argparse

    from hdmf_io_core.cli.output import Output
    from hdmf_io_core.io.open import BackendInfo
    from hdmf_io_core.types import JSON

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "backends"
HELP = "list the backends, those that cannot be used with the reason"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--options", action="store_true", help="show what open_io takes for each")


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Print the table, and the libraries that deflate, the first chosen first."""
    backends = list_backends()
    if out.as_json:
        out.json([_as_json(backend) for backend in backends])
        return ExitCode.OK
    rows = [("NAME", "STATUS", "DISTRIBUTION", "SUFFIXES"), *map(_row, backends)]
    out.table(rows)
    for backend in backends:
        if backend.reason:
            out.line()
            out.line(f"{backend.name}: {printable(backend.reason)}")
    out.line()
    out.line(f"Deflate by: {installed()}")
    if args.options:
        _print_options(backends, out)
    return ExitCode.OK


def _row(backend: BackendInfo) -> tuple[str, str, str, str]:
    distribution = f"{backend.distribution} {backend.version}".rstrip()
    status = "ready" if backend.available else _status(backend)
    return backend.name, status, distribution, " ".join(backend.suffixes) or "-"


def _status(backend: BackendInfo) -> str:
    return "broken" if backend.version else "not installed"


def _print_options(backends: list[BackendInfo], out: Output) -> None:
    for backend in backends:
        if backend.options:
            out.line()
            out.line(f"options of {backend.name}:")
            out.pairs([(name, help_line) for name, help_line in backend.options.items()])


def _as_json(backend: BackendInfo) -> dict[str, JSON]:
    return {
        "name": backend.name,
        "available": backend.available,
        "reason": backend.reason or None,
        "distribution": backend.distribution,
        "version": backend.version or None,
        "suffixes": list(backend.suffixes),
        "priority": backend.priority,
        "options": dict(backend.options),
    }
