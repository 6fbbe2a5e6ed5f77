"""What a source holds is read once, from the places that the rules name, and nothing is changed."""

import io
import os
from pathlib import Path

import pytest

from hdmf_io_core.errors import OpenError
from hdmf_io_core.plugins.backendspec import BackendSpec, MagicRule
from hdmf_io_core.plugins.probe import Match, Probe, recognise
from hdmf_io_core.plugins.source import Source

MAGIC = b"\x89HDF\r\n\x1a\n"
DOUBLING = BackendSpec("one", "m:C", "d", magic=(MagicRule(MAGIC, (0, 512), doubling=True),))
FOLDER = BackendSpec("two", "m:C", "d", markers=(".zgroup", "zarr.json"))


def reasons(source: object, *specs: BackendSpec) -> tuple[Match, ...]:
    with Probe.of(Source.of(source)) as probe:
        return recognise(probe, specs)


@pytest.mark.parametrize("offset", [0, 512, 1024, 2048, 4096, 1 << 20])
def test_a_signature_is_found_behind_a_user_block(tmp_path: Path, offset: int) -> None:
    path = tmp_path / "any"
    path.write_bytes(bytes(offset) + MAGIC + b"tail")
    assert reasons(path, DOUBLING) == (Match("one", f"signature at byte {offset}"),)


@pytest.mark.parametrize("offset", [1, 8, 256, 513, 1536])
def test_a_signature_elsewhere_is_no_signature(tmp_path: Path, offset: int) -> None:
    path = tmp_path / "any"
    path.write_bytes(bytes(offset) + MAGIC + bytes(4096))
    assert reasons(path, DOUBLING) == ()


def test_a_file_shorter_than_the_signature_does_not_match(tmp_path: Path) -> None:
    path = tmp_path / "any"
    path.write_bytes(MAGIC[:4])
    assert reasons(path, DOUBLING) == ()


def test_a_folder_is_told_by_its_markers(tmp_path: Path) -> None:
    (tmp_path / "zarr.json").write_text("{}")
    assert reasons(tmp_path, DOUBLING, FOLDER) == (Match("two", "entry zarr.json"),)


def test_a_file_object_is_read_and_keeps_its_position() -> None:
    file = io.BytesIO(bytes(2048) + MAGIC + bytes(100))
    file.seek(17)
    assert reasons(file, DOUBLING) == (Match("one", "signature at byte 2048"),)
    assert file.tell() == 17
    assert not file.closed


def test_a_file_object_open_for_writing_only_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "new.h5").open("wb") as file, Probe.of(Source.of(file)) as probe:
        assert probe.is_empty
        assert recognise(probe, [DOUBLING]) == ()


def test_a_file_object_of_text_is_refused() -> None:
    with pytest.raises(OpenError) as caught:
        Probe.of(Source.of(io.StringIO("text")))
    assert "binary" in (caught.value.hint or "")


def test_a_closed_file_object_is_refused() -> None:
    file = io.BytesIO(b"x")
    file.close()
    with pytest.raises(OpenError):
        Probe.of(Source.of(file))


def test_an_object_is_recognised_by_the_name_of_its_class() -> None:
    spec = BackendSpec("three", "m:C", "d", object_types=("builtins:dict",))
    assert reasons({}, spec) == (Match("three", "object of type builtins:dict"),)


@pytest.mark.parametrize("name", ["missing.h5", "missing/x.h5", "nul\0l.h5"])
def test_what_is_not_there_does_not_exist(tmp_path: Path, name: str) -> None:
    probe = Probe.of(Source.of(f"{tmp_path}{os.sep}{name}"))
    assert probe.exists is False
    assert not probe.is_empty


def test_a_url_may_or_may_not_exist() -> None:
    assert Probe.of(Source.of("https://host/a.nwb")).exists is None


def test_empty_files_and_empty_folders_are_empty(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    assert Probe.of(Source.of(tmp_path / "file")).is_empty
    assert Probe.of(Source.of(tmp_path / "folder")).is_empty
    assert not Probe.of(Source.of(tmp_path)).is_empty


def test_the_head_of_a_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "any"
    path.write_bytes(bytes(5000))
    reads: list[int] = []
    plain = Probe._read

    def counted(self: Probe, offset: int, length: int) -> bytes:
        reads.append(offset)
        return plain(self, offset, length)

    monkeypatch.setattr(Probe, "_read", counted)
    assert reasons(path, DOUBLING, DOUBLING, FOLDER) == ()
    assert reads == [0, 2048, 4096, 2048, 4096]
