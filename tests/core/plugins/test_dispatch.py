"""The order of dispatch: name, scheme, content, longest suffix, priority; a tie is an error."""

from dataclasses import replace

import pytest

from hdmf_io_core.errors import (
    AmbiguousBackendError,
    BackendNotInstalledError,
    ModeError,
    NoBackendError,
    NotThisFormatError,
    PluginConflictError,
    PluginLoadError,
    SourceExistsError,
    SourceNotFoundError,
    UnknownBackendError,
)
from hdmf_io_core.plugins.backendspec import BackendSpec, MagicRule
from hdmf_io_core.plugins.candidates import Candidate, Question
from hdmf_io_core.plugins.dispatch import choose
from hdmf_io_core.plugins.probe import Match

H5 = Candidate(BackendSpec("h5", "m:C", "dist-h5", (".h5", ".nwb"), (MagicRule(b"\x89HDF"),)))
ZARR = Candidate(
    BackendSpec("zarr", "m:C", "dist-zarr", (".zarr", ".nwb.zarr"), markers=("zarr.json",))
)
PLAIN = Candidate(BackendSpec("plain", "m:C", "dist-plain", (".txt", ".h5.txt"), schemes=("pl",)))
ALL = (H5, ZARR, PLAIN)
FILE = Question("there", "there", exists=True)
NEW = Question("new", "new", "w", exists=False)


def chosen(question: Question, *candidates: Candidate) -> tuple[str, str]:
    choice = choose(question, candidates or ALL)
    return choice.spec.name, choice.by


def absent(candidate: Candidate) -> Candidate:
    return replace(candidate, installed=False)


def broken(candidate: Candidate) -> Candidate:
    return replace(candidate, error=PluginLoadError("it broke", plugin=candidate.spec.name))


def test_the_name_given_wins_over_everything() -> None:
    question = replace(
        FILE, backend="plain", name="x.h5", scheme="s3", matches=(Match("h5", "magic"),)
    )
    assert chosen(question) == ("plain", "name")


def test_a_scheme_wins_over_content_and_suffix() -> None:
    question = replace(FILE, scheme="pl", name="x.h5", matches=(Match("h5", "magic"),))
    assert chosen(question) == ("plain", "scheme")


@pytest.mark.parametrize("mode", ["r", "r+", "a"])
def test_content_wins_over_the_suffix_where_the_source_exists(mode: str) -> None:
    question = replace(FILE, mode=mode, name="x.h5", matches=(Match("zarr", "marker"),))
    assert chosen(question) == ("zarr", "content")


@pytest.mark.parametrize("mode", ["a", "w", "w-", "x"])
def test_the_longest_suffix_decides_for_what_will_be_created(mode: str) -> None:
    assert chosen(replace(NEW, mode=mode, name="a.NWB.Zarr")) == ("zarr", "suffix")
    assert chosen(replace(NEW, mode=mode, name="a.h5.txt")) == ("plain", "suffix")


def test_a_longer_suffix_wins_over_a_higher_priority() -> None:
    eager = Candidate(replace(H5.spec, name="eager", suffixes=(".zarr",), priority=9))
    assert chosen(replace(NEW, name="a.nwb.zarr"), eager, ZARR) == ("zarr", "suffix")


def test_priority_decides_among_equal_suffixes() -> None:
    eager = Candidate(replace(H5.spec, name="eager", priority=9))
    assert chosen(replace(NEW, name="a.h5"), H5, eager) == ("eager", "suffix")


def test_an_empty_source_in_mode_a_goes_by_its_suffix() -> None:
    question = replace(FILE, mode="a", name="a.h5", is_empty=True)
    assert chosen(question) == ("h5", "suffix")


def test_an_empty_folder_in_mode_w_goes_by_its_suffix() -> None:
    question = replace(FILE, mode="w", name="a.zarr/", is_empty=True, is_folder=True)
    assert chosen(question) == ("zarr", "suffix")


def test_a_url_that_nobody_owns_goes_by_its_suffix() -> None:
    assert chosen(Question("https://x/a.nwb", "x/a.nwb", scheme="https")) == ("h5", "suffix")


def test_own_content_decides_in_mode_w_where_the_name_has_no_suffix() -> None:
    question = replace(FILE, mode="w", matches=(Match("h5", "magic"),))
    assert chosen(question) == ("h5", "content")


def test_a_backend_that_knows_no_content_is_found_by_suffix() -> None:
    assert chosen(replace(FILE, name="notes.txt")) == ("plain", "suffix")


def test_a_usable_backend_wins_over_one_that_is_not() -> None:
    other = Candidate(replace(H5.spec, name="other"))
    question = replace(FILE, matches=(Match("h5", "magic"), Match("other", "magic")))
    assert chosen(question, absent(H5), other) == ("other", "content")
    assert chosen(question, broken(H5), other) == ("other", "content")


def test_a_backend_that_has_the_mode_wins_over_one_that_has_not() -> None:
    reader = Candidate(replace(H5.spec, name="reader", modes=("r",), priority=9))
    question = replace(FILE, mode="r+", matches=(Match("h5", "m"), Match("reader", "m")))
    assert chosen(question, reader, H5) == ("h5", "content")
    assert chosen(replace(question, mode="r"), reader, H5) == ("reader", "content")


# the four misses, and the other refusals


@pytest.mark.parametrize("mode", ["r", "r+"])
def test_a_missing_source_is_not_found(mode: str) -> None:
    with pytest.raises(SourceNotFoundError) as caught:
        choose(replace(NEW, mode=mode, name="a.h5"), ALL)
    assert caught.value.source == "new"


def test_unknown_content_lists_what_each_backend_looks_for() -> None:
    with pytest.raises(NoBackendError) as caught:
        choose(FILE, (H5, absent(ZARR), broken(PLAIN)))
    assert caught.value.backends == ("h5", "zarr", "plain")
    text = str(caught.value)
    assert "HDF" in text
    assert "zarr.json" in text
    assert "pip install dist-zarr" in text
    assert "broken" in text


def test_damaged_content_is_told_from_a_foreign_name() -> None:
    with pytest.raises(NoBackendError) as caught:
        choose(replace(FILE, name="a.h5"), ALL)
    assert "'h5'" in caught.value.what


def test_a_new_name_without_known_suffix_has_no_backend() -> None:
    with pytest.raises(NoBackendError) as caught:
        choose(replace(NEW, name="a.dat"), ALL)
    assert "suffix" in caught.value.what


def test_an_absent_backend_is_named_with_its_pip_line() -> None:
    with pytest.raises(BackendNotInstalledError) as caught:
        choose(replace(FILE, matches=(Match("zarr", "entry zarr.json"),)), (H5, absent(ZARR)))
    assert caught.value.backends == ("zarr",)
    assert "pip install dist-zarr" in (caught.value.hint or "")
    assert "zarr.json" in caught.value.what


def test_a_broken_backend_raises_its_own_error() -> None:
    bad = broken(ZARR)
    for question in (
        replace(FILE, matches=(Match("zarr", "marker"),)),
        replace(NEW, name="a.zarr"),
        replace(FILE, backend="zarr"),
    ):
        with pytest.raises(PluginLoadError) as caught:
            choose(question, (H5, bad))
        assert caught.value is bad.error


@pytest.mark.parametrize(
    "question",
    [
        replace(FILE, matches=(Match("h5", "magic"), Match("twin", "magic"))),
        replace(NEW, name="a.h5"),
        replace(NEW, scheme="same"),
    ],
    ids=["content", "suffix", "scheme"],
)
def test_a_tie_names_all(question: Question) -> None:
    one = Candidate(replace(H5.spec, schemes=("same",)))
    twin = Candidate(replace(one.spec, name="twin"))
    with pytest.raises(AmbiguousBackendError) as caught:
        choose(question, (one, twin))
    assert caught.value.backends == ("h5", "twin")


def test_mode_w_does_not_replace_the_content_of_another_backend() -> None:
    question = replace(FILE, mode="w", name="a.h5", matches=(Match("zarr", "entry zarr.json"),))
    with pytest.raises(NotThisFormatError):
        choose(question, ALL)
    with pytest.raises(NotThisFormatError):
        choose(question, (H5, absent(ZARR)))
    assert chosen(replace(question, backend="h5")) == ("h5", "name")


@pytest.mark.parametrize("mode", ["w-", "x"])
def test_exclusive_modes_refuse_what_exists(mode: str) -> None:
    with pytest.raises(SourceExistsError):
        choose(replace(FILE, mode=mode, name="a.h5"), ALL)


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownBackendError) as caught:
        choose(replace(FILE, backend="Zar"), ALL)
    assert caught.value.backends == ("h5", "zarr", "plain")
    assert "'zarr'" in (caught.value.hint or "")


def test_an_absent_backend_asked_for_by_name_is_not_installed() -> None:
    with pytest.raises(BackendNotInstalledError):
        choose(replace(FILE, backend="zarr"), (H5, absent(ZARR)))


def test_a_name_with_two_owners_is_refused_by_name_only() -> None:
    error = PluginConflictError("two", plugin="h5")
    disputed = replace(H5, conflict=error)
    with pytest.raises(PluginConflictError):
        choose(replace(FILE, backend="h5"), (disputed,))
    assert chosen(replace(NEW, name="a.h5"), disputed) == ("h5", "suffix")


def test_a_mode_the_backend_has_not_is_refused() -> None:
    reader = Candidate(replace(H5.spec, modes=("r",)))
    for question in (replace(NEW, name="a.h5"), replace(NEW, backend="h5")):
        with pytest.raises(ModeError):
            choose(question, (reader,))
