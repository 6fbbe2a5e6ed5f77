"""What ``convert`` and ``repack`` share: arguments for chunks and codecs; the report in print."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hdmf_io_core.cli.output import printable
from hdmf_io_core.plan.recoding import Compression

if TYPE_CHECKING:
    from hdmf_io_core.cli.output import Output
    from hdmf_io_core.plan.recoding import Rechunk, Recompress
    from hdmf_io_core.plan.report import ConversionReport
    from hdmf_io_core.types import Shape

__all__ = ["add_recoding", "print_report", "rechunk_of", "recompress_of"]


def add_recoding(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of :func:`recompress_of` and :func:`rechunk_of`."""
    parser.add_argument(
        "--recompress",
        action="append",
        default=[],
        metavar="[PATTERN=]CODEC",
        help="gzip, zstd, blosc or none, with a level as in gzip:9; for arrays of these paths",
    )
    parser.add_argument(
        "--rechunk",
        action="append",
        default=[],
        metavar="[PATTERN=]SHAPE",
        type=_chunks,
        help="chunk shape as in 1000x64, or auto; for arrays of these paths",
    )


def recompress_of(args: argparse.Namespace) -> Recompress:
    """Return ``recompress`` of an export.

    Raises
    ------
    OptionError
        If there is no such codec or level.
    """
    asked = [text.rpartition("=") for text in args.recompress]
    return {pattern or "*": Compression.parse(codec) for pattern, _, codec in asked} or None


def rechunk_of(args: argparse.Namespace) -> Rechunk:
    """Return ``rechunk`` of an export; without a pattern a shape is for arrays of its rank."""
    asked = dict(args.rechunk)
    return asked[""] if set(asked) == {""} else ({key or "*": asked[key] for key in asked} or None)


def print_report(
    report: ConversionReport, out: Output, *, source: str, target: str, backend: str
) -> None:
    """Print what was done."""
    if out.as_json:
        out.json(
            {
                "source": source,
                "target": target,
                "backend": backend,
                "groups": report.groups,
                "arrays": report.arrays,
                "attributes": report.attributes,
                "bytes_written": report.bytes_written,
                "links": [{"path": path, "target": str(link)} for path, link in report.links],
                "copied": report.copied,
                "recoded": report.recoded,
                "losses": [
                    {"path": loss.path, "what": loss.what, "reason": loss.reason}
                    for loss in report.losses
                ],
                "verified": report.is_verified,
            }
        )
        return
    out.line(printable(f"{source} -> {target} ({backend})"))
    for line in str(report).splitlines():
        out.line(printable(line))


def _chunks(text: str) -> tuple[str, Shape | bool]:
    pattern, _, shape = text.rpartition("=")
    if shape == "auto":
        return pattern, True
    lengths = shape.split("x")
    if not all(length.isdecimal() and int(length) for length in lengths):
        message = f"{shape!r} is no shape such as 1000x64, nor auto"
        raise argparse.ArgumentTypeError(message)
    return pattern, tuple(map(int, lengths))
