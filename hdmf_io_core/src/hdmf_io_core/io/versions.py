"""Versions of libraries, compared by numbers."""

from __future__ import annotations

import re

__all__ = ["is_at_least"]

_VERSION = re.compile(
    r"\s*v?(\d+(?:\.\d+)*)(?:[-.]?(a|b|rc|alpha|beta|dev)[-.]?(\d*))?(?:[-+][.\w]*)?\s*"
)


def is_at_least(found: str, wanted: str | None) -> bool:
    """Whether a version is the same as another, or later; missing parts count as 0.

    A pre-release comes before its release. None asks for nothing, so the answer is True.

    Raises
    ------
    ValueError
        One is not a version.

    Examples
    --------
    >>> is_at_least("1.14.3", "1.9")
    True
    >>> is_at_least("3.1.0rc1", "3.1")
    False
    """
    return wanted is None or _parts(found) >= _parts(wanted)


def _parts(version: str) -> tuple[tuple[int, ...], bool, str, int]:
    match = _VERSION.fullmatch(version)
    if match is None:
        msg = f"{version!r} is not a version, expected one such as '1.14.3'"
        raise ValueError(msg)
    numbers, stage, serial = match.groups()
    release = tuple(int(part) for part in numbers.split("."))
    padded = release + (0,) * (4 - len(release))
    return padded, stage is None, stage or "", int(serial or 0)
