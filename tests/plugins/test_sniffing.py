"""A plugin may recognise content by a hook of its own; one that fails there is passed over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hdmf_io_core.errors import NoBackendError
from hdmf_io_core.io.open import find_backend, list_backends, plugin_registry

Install = Callable[..., None]

SNIFFER = """
    from hdmf_io_core.plugins.backendspec import BackendSpec
    from hdmf_io_core.plugins.hookspecs import hookimpl
    from hdmf_io_core.plugins.probe import Match

    @hookimpl
    def hdmf_io_backends():
        return [BackendSpec("sniffer", "m:C", "fake-sniffer", (".txt",))]

    @hookimpl
    def hdmf_io_sniff(probe):
        ANSWER
"""
FOUND = "return Match('sniffer', 'third line') if probe.read_at(4, 3) == b'abc' else None"
FAULTS = {
    "raises": ("raise ZeroDivisionError('by me')", "by me"),
    "wrong type": ("return True", "bool"),
    "unknown backend": ("return Match('nobody', 'x')", "Match"),
}


def test_a_hook_recognises_content(install: Install, tmp_path: Path) -> None:
    install("fake-sniffer", "sniffer", SNIFFER.replace("ANSWER", FOUND))
    path = tmp_path / "any.h5"
    path.write_bytes(b"0123abc")
    choice = find_backend(path)
    assert (choice.spec.name, choice.by, choice.why) == (
        "sniffer",
        "content",
        "content: third line",
    )


def test_a_suffix_is_no_proof_for_a_backend_that_sniffs(install: Install, tmp_path: Path) -> None:
    install("fake-sniffer", "sniffer", SNIFFER.replace("ANSWER", FOUND))
    path = tmp_path / "any.txt"
    path.write_bytes(b"something else")
    with pytest.raises(NoBackendError):
        find_backend(path)


@pytest.mark.parametrize(("answer", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_failing_hook_is_recorded_and_passed_over(
    install: Install, tmp_path: Path, answer: str, reason: str
) -> None:
    install("fake-bad", "sniffer", SNIFFER.replace("ANSWER", answer))
    path = tmp_path / "any.good"
    path.write_bytes(b"text")
    install("fake-good", "good")
    for _ in range(2):
        assert find_backend(path).spec.name == "good"
    told = [info.reason for info in list_backends() if info.name == "sniffer" and info.reason]
    assert len(told) == 1
    assert reason in told[0]
    assert plugin_registry().failures()[-1].error.hook == "hdmf_io_sniff"
