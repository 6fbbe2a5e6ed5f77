"""``hdmf-io check PATH``: whether a file is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.check.shield import check
from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.output import human_bytes, plural, printable

if TYPE_CHECKING:
    import argparse

    from hdmf_io_core.check.findings import CheckReport, Finding
    from hdmf_io_core.cli.output import Output

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "check"
HELP = "check that a file is whole"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("source", metavar="PATH", help="path or URL")
    parser.add_argument("--data", action="store_true", help="decode every chunk too")
    parser.add_argument("--backend", metavar="NAME", help="do not look for one, take this one")
    parser.add_argument("--timeout", metavar="SECONDS", type=float, help="give up after this time")
    parser.add_argument(
        "--memory", metavar="MIB", type=int, help="address space the check may use, in MiB"
    )


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Print the findings."""
    report = check(
        args.source,
        data=args.data,
        backend=args.backend,
        timeout=args.timeout,
        memory_bytes=None if args.memory is None else args.memory << 20,
    )
    if out.as_json:
        out.json(
            {
                "source": report.source,
                "backend": report.backend,
                "whole": report.is_whole,
                "nodes": report.n_nodes,
                "arrays": report.n_arrays,
                "chunks": report.n_chunks,
                "bytes": report.n_bytes,
                "findings": [finding.as_json() for finding in report.findings],
            }
        )
    else:
        _print(report, out)
    return ExitCode.OK if report.is_whole else ExitCode.FINDINGS


def _print(report: CheckReport, out: Output) -> None:
    for finding in report.findings:
        out.line(_line(finding))
    looked = f"{plural(report.n_nodes, 'node')}, {plural(report.n_arrays, 'array')}"
    if report.n_bytes:
        looked += f", {human_bytes(report.n_bytes)} of elements"
    verdict = "whole" if report.is_whole else "NOT whole"
    out.line(f"{printable(report.source)}: {verdict} ({looked})")


def _line(finding: Finding) -> str:
    chunk = f" chunk {finding.chunk}" if finding.chunk is not None else ""
    where = f"{finding.path}{chunk}"
    return printable(f"{finding.severity}: {finding.kind}: {where}: {finding.message}")
