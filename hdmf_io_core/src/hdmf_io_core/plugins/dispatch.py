"""Which backend opens a source: pure decisions over values, without a look at any file.

Order: explicit name > URL scheme > content, where the source exists > longest suffix, for what
will be created > priority. What is left equal is an error that names all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdmf_io_core.errors import (
    AmbiguousBackendError,
    BackendNotInstalledError,
    ModeError,
    NotThisFormatError,
    PluginError,
    SourceExistsError,
    SourceNotFoundError,
)
from hdmf_io_core.plugins.candidates import By, Candidate, Choice, Question
from hdmf_io_core.plugins.explain import nothing_recognises, unknown_name
from hdmf_io_core.plugins.known import pip_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hdmf_io_core.plugins.backendspec import BackendSpec

__all__ = ["choose"]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A candidate, and why it should be the one."""

    candidate: Candidate
    why: str


def choose(question: Question, candidates: Sequence[Candidate]) -> Choice:
    """Choose the backend for a source.

    Parameters
    ----------
    question : Question
        What is known of the source.
    candidates : sequence of Candidate
        All backends, also those broken or not installed.

    Raises
    ------
    UnknownBackendError, PluginError
        The backend asked for by name is not there, or is broken.
    SourceNotFoundError, SourceExistsError
        The source does not exist, or must not.
    NotThisFormatError
        Mode ``w`` would replace another backend's content.
    NoBackendError, BackendNotInstalledError, AmbiguousBackendError
        No backend, an absent one, or several recognise the source.
    ModeError
        The backend cannot open in this mode.
    """
    if question.backend is not None:
        return _by_name(question, question.backend, candidates)
    for by, claims in _steps(question, candidates):
        if claims:
            choice = _settle(question, by, claims)
            _guard(question, choice)
            return choice
    raise nothing_recognises(
        question.location, _missed(question, candidates), [(c.spec, c.note) for c in candidates]
    )


def _steps(
    question: Question, candidates: Sequence[Candidate]
) -> Iterator[tuple[By, list[_Claim]]]:
    """Yield the claims of each step of the order, as far as they are asked for."""
    if question.scheme:
        yield "scheme", _scheme_claims(question.scheme, candidates)
    _check_existence(question)
    if _content_decides(question):
        yield "content", _content_claims(question, candidates)
        # Backends that cannot tell such a thing by its content have its name only.
        blind = [c for c in candidates if not c.knows(folder=question.is_folder)]
        yield "suffix", _suffix_claims(question, blind)
        return
    yield "suffix", _suffix_claims(question, candidates)
    yield "content", _content_claims(question, candidates)


def _content_decides(question: Question) -> bool:
    """Whether the content, not the name, is asked: it exists and is to be kept."""
    if not question.exists or question.mode not in {"r", "r+", "a"}:
        return False
    return not (question.mode == "a" and question.is_empty)


def _missed(question: Question, candidates: Sequence[Candidate]) -> str:
    """Say why no candidate recognises the source."""
    if not _content_decides(question):
        return "no backend has the suffix of this name"
    if question.is_empty:
        return "the source is empty, so that nothing tells its format"
    for candidate in candidates:
        if suffix := candidate.suffix_of(question.name):
            return (
                f"no backend recognises the content; the name has the suffix {suffix} of"
                f" {candidate.spec.name!r}, the content is damaged or something else"
            )
    return "no backend recognises the content"


def _check_existence(question: Question) -> None:
    """Raise if the mode needs the source to be there, or not to be."""
    if question.exists is False and question.mode in {"r", "r+"}:
        msg = f"the source does not exist, mode {question.mode!r} needs one that does"
        raise SourceNotFoundError(
            msg,
            source=question.location,
            hint="Check the path and the working directory, or use mode 'a' or 'w' to make it.",
        )
    is_empty_folder = question.is_empty and question.is_folder
    if question.exists and question.mode in {"w-", "x"} and not is_empty_folder:
        msg = f"the source exists, mode {question.mode!r} makes new ones only"
        raise SourceExistsError(
            msg,
            source=question.location,
            hint="Use mode 'w' to replace it, or 'a' to add to it.",
        )


def _scheme_claims(scheme: str, candidates: Sequence[Candidate]) -> list[_Claim]:
    return [_Claim(c, f"URL scheme {scheme}") for c in candidates if scheme in c.spec.schemes]


def _content_claims(question: Question, candidates: Sequence[Candidate]) -> list[_Claim]:
    reasons = {match.backend: match.reason for match in question.matches}
    return [
        _Claim(c, f"content: {reasons[c.spec.name]}") for c in candidates if c.spec.name in reasons
    ]


def _suffix_claims(question: Question, candidates: Sequence[Candidate]) -> list[_Claim]:
    """Return the candidates with the longest fitting suffix."""
    suffixes = [candidate.suffix_of(question.name) for candidate in candidates]
    longest = max(map(len, suffixes), default=0)
    return [
        _Claim(candidate, f"suffix {suffix}")
        for candidate, suffix in zip(candidates, suffixes, strict=True)
        if suffix and len(suffix) == longest
    ]


def _settle(question: Question, by: By, claims: list[_Claim]) -> Choice:
    """Choose in one step: the usable, in this mode, of the longest suffix, of top priority."""
    usable = [claim for claim in claims if claim.candidate.is_usable]
    if not usable:
        raise _refusal(question, claims[0])
    able = [claim for claim in usable if question.mode in claim.candidate.spec.modes]
    if not able:
        raise _wrong_mode(question, usable[0].candidate.spec)
    lengths = [len(claim.candidate.suffix_of(question.name)) for claim in able]
    named = [c for c, length in zip(able, lengths, strict=True) if length == max(lengths)]
    top = max(claim.candidate.spec.priority for claim in named)
    best = [claim for claim in named if claim.candidate.spec.priority == top]
    if len(best) > 1:
        raise _tie(question, best)
    return Choice(best[0].candidate.spec, by, best[0].why)


def _by_name(question: Question, name: str, candidates: Sequence[Candidate]) -> Choice:
    """Choose the backend that the user named."""
    named = [candidate for candidate in candidates if candidate.spec.name == name]
    if not named:
        raise unknown_name(question.location, name, [c.spec.name for c in candidates])
    candidate = named[0]
    if not candidate.is_usable:
        raise _refusal(question, _Claim(candidate, "asked for by name"))
    if candidate.conflict is not None:
        raise candidate.conflict.with_traceback(None)
    if question.mode not in candidate.spec.modes:
        raise _wrong_mode(question, candidate.spec)
    return Choice(candidate.spec, "name", f"backend={name!r}")


def _guard(question: Question, choice: Choice) -> None:
    """Raise if a name would have one backend replace the content of another."""
    if choice.by != "suffix" or not question.matches or question.mode != "w":
        return
    holders = {match.backend: match.reason for match in question.matches}
    if choice.spec.name in holders:
        return
    holder, reason = next(iter(holders.items()))
    msg = (
        f"{choice.why} asks for backend {choice.spec.name!r}, but the source holds content of"
        f" {holder!r} ({reason}), which mode 'w' would replace"
    )
    raise NotThisFormatError(
        msg,
        source=question.location,
        hint=f"Pass backend={choice.spec.name!r} to replace it, or choose another path.",
    )


def _refusal(question: Question, claim: _Claim) -> PluginError | BackendNotInstalledError:
    """Say why the backend that should open it cannot."""
    candidate = claim.candidate
    if candidate.error is not None:
        return candidate.error.with_traceback(None)
    spec = candidate.spec
    return BackendNotInstalledError(
        f"backend {spec.name!r} opens it ({claim.why}), but is not installed",
        source=question.location,
        backends=(spec.name,),
        hint=f"Run: {pip_line(spec.distribution)}",
    )


def _wrong_mode(question: Question, spec: BackendSpec) -> ModeError:
    return ModeError(
        f"backend {spec.name!r} cannot open in mode {question.mode!r};"
        f" it has {', '.join(map(repr, spec.modes))}",
        source=question.location,
    )


def _tie(question: Question, claims: list[_Claim]) -> AmbiguousBackendError:
    names = tuple(sorted(claim.candidate.spec.name for claim in claims))
    shown = " and ".join(f"{c.candidate.spec.name!r} ({c.why})" for c in claims)
    return AmbiguousBackendError(
        f"backends {shown} claim the source with equal right",
        source=question.location,
        backends=names,
        hint=f"Pass backend={names[0]!r} or one of the others.",
    )
