"""``hdmf-io validate PATH``: a file against the specifications cached in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.output import plural, printable
from hdmf_io_core.io.open import find_backend

if TYPE_CHECKING:
    import argparse

    from hdmf_io_core.cli.output import Output
    from hdmf_io_core.types import JSON

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "validate"
HELP = "check a file against the specifications cached in it (needs hdmf)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("source", metavar="PATH", help="path or URL")
    parser.add_argument("--backend", metavar="NAME", help="do not look for one, take this one")
    parser.add_argument(
        "--namespace",
        metavar="NAME",
        help="check against this one; without it against all that no other one builds on",
    )


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Print what is wrong, one finding a line."""
    choice = find_backend(args.source, backend=args.backend)
    # Here, since it imports hdmf: the other verbs do without.
    from hdmf_io_core.bridge import validate

    findings = validate(args.source, namespace=args.namespace, backend=args.backend)
    if out.as_json:
        out.json(
            {
                "source": args.source,
                "backend": choice.spec.name,
                "valid": not findings,
                "findings": [_described(finding) for finding in findings],
            }
        )
    else:
        for finding in findings:
            out.line(printable(str(finding)))
        out.line(plural(len(findings), "finding") if findings else "valid")
    return ExitCode.FINDINGS if findings else ExitCode.OK


def _described(finding: Any) -> JSON:
    return {
        "kind": type(finding).__name__,
        "location": finding.location,
        "name": finding.name,
        "reason": finding.reason,
    }
