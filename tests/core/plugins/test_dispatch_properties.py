"""Whatever the backends, dispatch keeps its order and does not depend on theirs."""

from hypothesis import given
from hypothesis import strategies as st

from hdmf_io_core.errors import HdmfIOError
from hdmf_io_core.plugins.backendspec import BackendSpec
from hdmf_io_core.plugins.candidates import Candidate, Question
from hdmf_io_core.plugins.dispatch import choose
from hdmf_io_core.plugins.probe import Match

NAMES = ("a", "b", "c", "d")
SUFFIXES = (".h5", ".nwb", ".zarr", ".nwb.zarr")


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    return [
        Candidate(
            BackendSpec(
                name,
                "m:C",
                "d",
                suffixes=tuple(draw(st.sets(st.sampled_from(SUFFIXES)))),
                markers=("m",),
                priority=draw(st.integers(0, 2)),
            ),
            installed=draw(st.booleans()),
        )
        for name in names
    ]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    exists = draw(st.booleans())
    matched = draw(st.sets(st.sampled_from(NAMES))) if exists else set()
    return Question(
        "source",
        "file" + draw(st.sampled_from(("", ".dat", *SUFFIXES))),
        draw(st.sampled_from(("r", "r+", "a", "w", "w-", "x"))),
        exists=exists,
        is_folder=exists,
        matches=tuple(Match(name, "marker") for name in sorted(matched)),
    )


def outcome(question: Question, given_candidates: list[Candidate]) -> object:
    try:
        choice = choose(question, given_candidates)
    except HdmfIOError as error:
        return type(error)
    return choice.spec.name, choice.by


@given(questions(), candidates(), st.randoms())
def test_the_order_of_the_backends_does_not_matter(
    question: Question, given_candidates: list[Candidate], random: object
) -> None:
    shuffled = list(given_candidates)
    random.shuffle(shuffled)
    assert outcome(question, given_candidates) == outcome(question, shuffled)


@given(questions(), candidates())
def test_a_choice_is_justified(question: Question, given_candidates: list[Candidate]) -> None:
    try:
        choice = choose(question, given_candidates)
    except HdmfIOError:
        return
    matched = {match.backend for match in question.matches}
    chosen = next(c for c in given_candidates if c.spec is choice.spec)
    assert chosen.installed
    if choice.by == "content":
        assert choice.spec.name in matched
    else:
        mine = len(chosen.suffix_of(question.name))
        assert mine == max(len(c.suffix_of(question.name)) for c in given_candidates) > 0
        # What exists is only ever replaced, and not where it is another backend's alone.
        assert not question.exists or question.mode == "w"
        assert not matched or choice.spec.name in matched


@given(questions(), candidates())
def test_every_name_can_be_forced(question: Question, given_candidates: list[Candidate]) -> None:
    for candidate in given_candidates:
        forced = Question(question.location, mode=question.mode, backend=candidate.spec.name)
        assert (outcome(forced, given_candidates) == (candidate.spec.name, "name")) is (
            candidate.installed
        )
