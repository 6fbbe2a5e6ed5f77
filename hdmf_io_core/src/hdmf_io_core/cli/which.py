"""``hdmf-io which PATH``: the backend of a source, and why it is that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.io.open import find_backend
from hdmf_io_core.plugins.probe import Probe
from hdmf_io_core.plugins.source import Source
from hdmf_io_core.types import Mode

if TYPE_CHECKING:
    import argparse

    from hdmf_io_core.cli.output import Output

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "which"
HELP = "tell which backend opens a source, and why"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("source", metavar="PATH", help="path or URL; need not exist")
    parser.add_argument("--backend", metavar="NAME", help="as in open_io: take this one")
    parser.add_argument(
        "--mode",
        choices=get_args(Mode),
        help="mode to open in; without it r for what exists, w for what does not",
    )


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Print the choice."""
    exists = Probe.of(Source.of(args.source)).exists
    mode: Mode = args.mode or ("w" if exists is False else "r")
    choice = find_backend(args.source, mode, backend=args.backend)
    if out.as_json:
        out.json(
            {
                "source": args.source,
                "exists": exists,
                "mode": mode,
                "backend": choice.spec.name,
                "by": choice.by,
                "why": choice.why,
                "distribution": choice.spec.distribution,
                "io_class": choice.spec.io_class,
            }
        )
    else:
        note = "; there is no such source yet" if exists is False else ""
        out.line(f"{choice.spec.name}  ({choice.why}{note})")
    return ExitCode.OK
