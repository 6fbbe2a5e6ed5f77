"""``hdmf-io convert SOURCE TARGET``: a file as another file, of any backend."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.exporting import add_recoding, print_report, rechunk_of, recompress_of
from hdmf_io_core.io.base import StorageIO
from hdmf_io_core.io.open import open_io

if TYPE_CHECKING:
    from hdmf_io_core.cli.output import Output

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "convert"
HELP = "copy a file to another, of any backend, and tell what is lost"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("source", metavar="SOURCE", help="path or URL")
    parser.add_argument("target", metavar="TARGET", help="path or URL; its suffix tells the format")
    parser.add_argument("--backend", metavar="NAME", help="of the target, whatever its suffix")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        type=_option,
        metavar="NAME=VALUE",
        help="of the target's backend, as open_io takes it; hdmf-io backends --options lists them",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace a target that is there already"
    )
    parser.add_argument("--strict", action="store_true", help="fail where something would be lost")
    parser.add_argument("--verify", action="store_true", help="compare both before it is published")
    add_recoding(parser)


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Convert, and print the report."""
    recompress, rechunk = recompress_of(args), rechunk_of(args)
    with (
        open_io(args.source) as source,
        open_io(
            args.target,
            "w" if args.overwrite else "x",
            backend=args.backend,
            **dict(args.option),
        ) as target,
    ):
        report = target.export(
            source,
            strict=args.strict,
            recompress=recompress,
            rechunk=rechunk,
            verify=args.verify,
        )
        backend = target.backend if isinstance(target, StorageIO) else ""
        print_report(report, out, source=source.source, target=target.source, backend=backend)
    return ExitCode.OK


def _option(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        message = f"{text!r} is not NAME=VALUE"
        raise argparse.ArgumentTypeError(message)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
