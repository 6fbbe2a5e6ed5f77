"""``hdmf-io repair PATH``: take back what a dead process left half done, and remove its litter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.output import plural
from hdmf_io_core.durability.beside import litter, sweep
from hdmf_io_core.durability.journal import journal_path
from hdmf_io_core.durability.recover import discard_journal, repair
from hdmf_io_core.errors import SourceNotFoundError
from hdmf_io_core.io.open import open_io

if TYPE_CHECKING:
    import argparse

    from hdmf_io_core.cli.output import Output
    from hdmf_io_core.durability.recover import Recovery

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "repair"
HELP = "take back what a dead process left half done, and remove what it left beside"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("source", metavar="PATH", help="local file or folder; nobody has it open")
    parser.add_argument(
        "--discard-journal",
        action="store_true",
        help="remove the journal without replaying it: the file stays as it is",
    )


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Repair one source."""
    target = Path(args.source).resolve()
    before = set(litter(target))
    sweep(target)
    if not target.exists():
        msg = "there is no such file or folder"
        raise SourceNotFoundError(msg, source=str(target), hint="Check the path.")
    removed = sorted(path.name for path in before - set(litter(target)))
    discarded, recovery = False, None
    if target.is_file() and args.discard_journal:
        discarded = discard_journal(target)
    elif target.is_file():
        recovery = repair(target)
    completed = target.is_dir() and _completed(target)
    if out.as_json:
        out.json(
            {
                "source": str(target),
                "journal": "completed"
                if completed
                else _journal_state(recovery, discarded=discarded),
                "restored_bytes": recovery.restored_bytes if recovery is not None else 0,
                "length": recovery.length if recovery is not None else None,
                "removed": [*removed],
            }
        )
        return ExitCode.OK
    if completed:
        out.line("the store is whole: what its writer had decided on is done, the rest is dropped")
    else:
        _tell(out, recovery, discarded=discarded)
    for name in removed:
        out.line(f"removed {name}")
    return ExitCode.OK


def _completed(target: Path) -> bool:
    """Let the backend of a store complete, or drop, what a dead writer left; whether there was."""
    if not journal_path(target).exists():
        return False
    with open_io(target, "r+"):
        return not journal_path(target).exists()


def _journal_state(recovery: Recovery | None, *, discarded: bool) -> str:
    if discarded:
        return "discarded"
    if recovery is None:
        return "none"
    return "replayed" if recovery.length is not None else "empty"


def _tell(out: Output, recovery: Recovery | None, *, discarded: bool) -> None:
    state = _journal_state(recovery, discarded=discarded)
    if state == "none":
        out.line("there is no journal: nothing was left half done")
    elif state == "replayed" and recovery is not None:
        restored = plural(recovery.restored_bytes, "byte")
        out.line(f"the file is as before: {restored} put back, {recovery.length:,} in all")
    elif state == "empty":
        out.line("removed the journal: nothing had been changed yet")
    else:
        out.line("removed the journal without replaying it: the file stays as it is")
