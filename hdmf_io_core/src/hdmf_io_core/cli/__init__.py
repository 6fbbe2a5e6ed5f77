"""The command ``hdmf-io``: one verb a module; an error of ours is a message, no traceback."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from typing import TYPE_CHECKING

from hdmf_io_core.cli import (
    backends,
    check,
    convert,
    info,
    repack,
    repair,
    tree,
    validate,
    which,
)
from hdmf_io_core.cli.exitcodes import ExitCode, exit_code
from hdmf_io_core.cli.output import Output
from hdmf_io_core.errors import HdmfIOError
from hdmf_io_core.plugins.hookspecs import GROUP
from hdmf_io_core.plugins.installed import installed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hdmf_io_core.cli.verb import Verb

__all__ = ["main"]

VERBS: tuple[Verb, ...] = (
    *(info, tree, check, repair, validate, convert, repack, backends, which),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str or None
        Arguments without the program's name; None for those of the process.

    Returns
    -------
    int
        One of ``ExitCode``.
    """
    try:
        args = _parser().parse_args(argv)
    except SystemExit as stop:
        # argparse has printed help (0) or what is wrong (2).
        return ExitCode.USAGE if stop.code else ExitCode.OK
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            code = _verb(args.verb).run(args, Output(sys.stdout, args.json))
            sys.stdout.flush()
    except HdmfIOError as error:
        Output(sys.stderr).line(f"error: {error}")
        return exit_code(error)
    except BrokenPipeError:
        # What is still buffered must go somewhere when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.PIPE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hdmf-io",
        description="Look at HDMF and NWB files, whatever they are stored in, and convert them.",
        epilog="Exit codes: "
        + ", ".join(f"{code.value} {code.name.lower()}" for code in ExitCode)
        + ".",
    )
    version = installed(GROUP).versions.get("hdmf-io-core", "(not installed)")
    parser.add_argument("--version", action="version", version=f"hdmf-io-core {version}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in VERBS:
        added = verbs.add_parser(verb.NAME, help=verb.HELP, description=f"{verb.HELP}.")
        added.add_argument("--json", action="store_true", help="print JSON instead of text")
        verb.configure(added)
    return parser


def _verb(name: str) -> Verb:
    return next(verb for verb in VERBS if name == verb.NAME)


def _show_warning(
    message: Warning | str, category: type[Warning], *where: object, **more: object
) -> None:
    """Print a warning as one line; where in the code it was raised helps no user."""
    Output(sys.stderr).line(f"warning: {message}")
