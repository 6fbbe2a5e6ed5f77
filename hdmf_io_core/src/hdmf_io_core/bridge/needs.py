"""What is said when hdmf or pynwb is not there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hdmf_io_core.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["needed"]

_PIP = {"hdmf": 'pip install "hdmf-io-core[hdmf]"', "pynwb": "pip install pynwb"}


@contextmanager
def needed(package: str) -> Iterator[None]:
    """Import ``package`` inside: if it is absent, the error says how to install it.

    Raises
    ------
    MissingDependencyError
        If the package is not installed. What else fails to be imported raises as it does.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        msg = f"this needs the package {package}, which is not installed"
        raise MissingDependencyError(msg, hint=f"Install it: {_PIP[package]}") from error
