"""The longer messages of dispatch: what backends look for, and names that are nearly right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import NoBackendError, UnknownBackendError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hdmf_io_core.plugins.backendspec import BackendSpec

__all__ = ["looks_for", "nearest", "nothing_recognises", "unknown_name"]


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of ``names`` most like ``name``, whatever the case; None if none is close."""
    from difflib import get_close_matches

    by_lower = {known.lower(): known for known in names}
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def looks_for(spec: BackendSpec) -> str:
    """Say in a few words by what a backend recognises its sources."""
    parts = []
    if spec.magic:
        parts.append("signature " + " or ".join(_text(rule.magic) for rule in spec.magic))
    if spec.markers:
        parts.append("folder with " + " or ".join(spec.markers))
    if spec.suffixes:
        parts.append("suffix " + " ".join(spec.suffixes))
    if spec.schemes:
        parts.append("URL " + " ".join(f"{scheme}://" for scheme in spec.schemes))
    return "; ".join(parts) or "nothing but its name"


def _text(magic: bytes) -> str:
    return repr(magic)[2:-1]


def nothing_recognises(
    location: str, why: str, backends: Sequence[tuple[BackendSpec, str]]
) -> NoBackendError:
    """Say that no backend recognises a source, and what each looks for.

    Parameters
    ----------
    location : str
        The source.
    why : str
        What is missing, in words.
    backends : sequence of (spec, note)
        All backends; the note, which may be empty, says why one cannot be used.
    """
    lines = [
        f"  {spec.name}{f' ({note})' if note else ''}: {looks_for(spec)}" for spec, note in backends
    ]
    listing = "\n".join(("Backends look for:", *lines)) if lines else "There is no backend at all."
    return NoBackendError(
        why,
        source=location,
        backends=tuple(spec.name for spec, _ in backends),
        hint=f"{listing}\nPass backend= if you know which one it is.",
    )


def unknown_name(location: str, name: str, names: Sequence[str]) -> UnknownBackendError:
    """Say that there is no backend of a name, which is nearest, and which there are."""
    like = nearest(name, names)
    guess = f"Did you mean {like!r}? " if like else ""
    return UnknownBackendError(
        f"there is no backend {name!r}",
        source=location,
        backends=tuple(names),
        hint=f"{guess}Known are: {', '.join(names) or 'none'}.",
    )
