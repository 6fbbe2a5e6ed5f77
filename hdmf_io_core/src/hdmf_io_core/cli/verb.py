"""What a verb of the command is: a module with these names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import argparse

    from hdmf_io_core.cli.exitcodes import ExitCode
    from hdmf_io_core.cli.output import Output

__all__ = ["Verb"]


class Verb(Protocol):
    """One verb of ``hdmf-io``."""

    @property
    def NAME(self) -> str:
        """As it is typed."""
        ...

    @property
    def HELP(self) -> str:
        """One line, lower case, without full stop."""
        ...

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the verb's own arguments; ``--json`` is there already."""
        ...

    def run(self, args: argparse.Namespace, out: Output) -> ExitCode:
        """Do it.

        Raises
        ------
        HdmfIOError
            Printed by the caller as one line, with the exit code of its kind.
        """
        ...
