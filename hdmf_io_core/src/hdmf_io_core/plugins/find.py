"""From a source to its backend: look at it, ask the plugins, decide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hdmf_io_core.durability.beside import heal
from hdmf_io_core.plugins.backendspec import BackendSpec
from hdmf_io_core.plugins.candidates import Candidate, Choice, Question
from hdmf_io_core.plugins.dispatch import choose
from hdmf_io_core.plugins.known import KNOWN
from hdmf_io_core.plugins.probe import Match, Probe, recognise

if TYPE_CHECKING:
    from hdmf_io_core.plugins.manager import PluginRegistry
    from hdmf_io_core.plugins.source import Source
    from hdmf_io_core.types import Mode

__all__ = ["find"]


def find(registry: PluginRegistry, source: Source, mode: Mode, backend: str | None) -> Choice:
    """Find the backend for a source; the source is looked at only where no name was given.

    Raises
    ------
    DispatchError, OpenError, ModeError, PluginError
        As ``dispatch.choose``; ``OpenError`` also where the source cannot be looked at.
    """
    candidates = _candidates(registry)
    if backend is not None:
        return choose(Question(source.location, source.name, mode, backend), candidates)
    return choose(_look(registry, source, mode, candidates), candidates)


def _candidates(registry: PluginRegistry) -> list[Candidate]:
    """Return every backend once: registered, else broken, else known to the project."""
    found = {
        have.spec.name: Candidate(have.spec, sniffs=have.sniffs, conflict=have.conflict)
        for have in registry.backends()
    }
    known = {spec.name: spec for spec in KNOWN}
    for failure in registry.failures():
        nothing = BackendSpec(failure.name, "", failure.origin.distribution)
        spec = failure.spec or known.get(failure.name, nothing)
        found.setdefault(failure.name, Candidate(spec, error=failure.error))
    for name, spec in known.items():
        found.setdefault(name, Candidate(spec, installed=False))
    return list(found.values())


def _look(
    registry: PluginRegistry, source: Source, mode: Mode, candidates: list[Candidate]
) -> Question:
    """Look at a source as far as the decision needs it."""
    if source.kind == "path":
        heal(Path(source.location))
    with Probe.of(source) as probe:
        is_empty = probe.is_empty
        matches: tuple[Match, ...] = ()
        if probe.exists and not is_empty:
            matches = recognise(probe, [candidate.spec for candidate in candidates])
            told = {match.backend for match in matches}
            sniffed = registry.sniff(probe)
            matches += tuple(match for match in sniffed if match.backend not in told)
        return Question(
            source.location,
            source.name,
            mode,
            scheme=source.scheme,
            exists=probe.exists,
            is_empty=is_empty,
            is_folder=probe.is_folder,
            matches=matches,
        )
