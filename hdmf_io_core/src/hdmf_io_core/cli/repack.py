"""``hdmf-io repack PATH``: a file anew in its place, without the room of what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.exporting import add_recoding, print_report, rechunk_of, recompress_of
from hdmf_io_core.errors import ExportError
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.io.open import open_io

if TYPE_CHECKING:
    import argparse

    from hdmf_io_core.cli.output import Output

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "repack"
HELP = "write a file anew in its place, smaller or with other chunks and codecs"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("path", metavar="PATH", help="path of a local file or store")
    add_recoding(parser)


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Repack, and print the report: the copy is compared before it takes the place."""
    recompress, rechunk = recompress_of(args), rechunk_of(args)
    with open_io(args.path) as source:
        if not isinstance(source, StorageIO):
            msg = f"{type(source).__name__} has no storage that could be repacked"
            raise ExportError(msg, source=source.source)
        options = source.format_options
        with open_io(args.path, "w", backend=source.backend, **options) as target:
            report = target.export(
                source, strict=True, recompress=recompress, rechunk=rechunk, verify=True
            )
            print_report(
                report, out, source=source.source, target=target.source, backend=source.backend
            )
    return ExitCode.OK
