"""What a writer may be able to do: go back to its last commit."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["SupportsTransactions"]


@runtime_checkable
class SupportsTransactions(Protocol):
    """A writer that can go back to its last commit."""

    def begin_transaction(self) -> None:
        """Commit; nothing is committed from here on. ``UnsupportedFeatureError`` if that cannot be.

        ``flush`` and ``commit`` do not commit then.
        """
        ...

    def end_transaction(self) -> None:
        """Commit all since it began. Where that fails, :meth:`roll_back` is called."""
        ...

    def roll_back(self) -> None:
        """Take back all since the last commit, and go on; arrays that were open are closed."""
        ...

    def drop(self) -> None:
        """Close, and take back all since the last commit."""
        ...
