"""Paths, URLs, file objects and other objects are told apart by the value alone."""

import io
from pathlib import Path, PurePosixPath

import pytest

from hdmf_io_core.errors import SourceNotFoundError
from hdmf_io_core.plugins.source import Source

FILE_URL = "file:" + "//"


@pytest.mark.parametrize("given", ["a.h5", b"a.h5", Path("a.h5"), PurePosixPath("a.h5")])
def test_paths_of_every_type_become_text(given: object) -> None:
    source = Source.of(given)
    assert (source.kind, source.given, source.name) == ("path", "a.h5", "a.h5")


@pytest.mark.parametrize(
    "given", ["C:/data/a.h5", "C:\\data\\a.h5", "c://data/a.h5", "a:b", "x::y"]
)
def test_windows_drives_and_colons_are_no_schemes(given: str) -> None:
    assert Source.of(given).kind == "path"


@pytest.mark.parametrize(
    ("url", "scheme", "name"),
    [
        ("s3://bucket/a.nwb.zarr", "s3", "bucket/a.nwb.zarr"),
        ("HTTPS://host/a.nwb?version=1#top", "https", "host/a.nwb"),
        ("zip::s3://bucket/a.zarr", "s3", "bucket/a.zarr"),
        ("memory://a", "memory", "a"),
    ],
)
def test_urls_have_a_scheme_and_a_name_without_query(url: str, scheme: str, name: str) -> None:
    source = Source.of(url)
    assert (source.kind, source.scheme, source.name, source.given) == ("url", scheme, name, url)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (FILE_URL + "/data/a%20b.h5", "/data/a b.h5"),
        (FILE_URL + "localhost/data/a.h5", "/data/a.h5"),
        (FILE_URL + "/C:/data/a.h5", "C:/data/a.h5"),
        (FILE_URL + "/data/a#1.h5", "/data/a#1.h5"),
    ],
)
def test_file_urls_are_local_paths(url: str, path: str) -> None:
    source = Source.of(url)
    assert (source.kind, source.given) == ("path", path)


def test_a_file_url_of_another_host_is_refused() -> None:
    with pytest.raises(SourceNotFoundError) as caught:
        Source.of(FILE_URL + "server/share/a.h5")
    assert "server" in caught.value.what


def test_what_reads_and_seeks_is_a_file() -> None:
    source = Source.of(io.BytesIO(b"x"))
    assert source.kind == "file"
    assert source.type_names[0] == "_io:BytesIO"


def test_other_objects_are_known_by_the_names_of_their_classes() -> None:
    class Store(dict[str, bytes]):
        pass

    source = Source.of(Store())
    assert source.kind == "object"
    assert source.type_names[1:] == ("builtins:dict", "builtins:object")
