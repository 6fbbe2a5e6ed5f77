"""A small tree in memory, and the command run in this process."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from hdmf_io_core.cli import main
from hdmf_io_core.io.memory import MemoryIO
from hdmf_io_core.storage.dtypes import NumberType, RefType, TextType
from hdmf_io_core.storage.layout import ArrayLayout, Attribute, CodecSpec, LinkTarget, ObjectRef

if TYPE_CHECKING:
    from hdmf_io_core.storage.protocols import StorageWriter

INT16 = NumberType(np.dtype("int16"))
TEXT = TextType()
COUNTER = itertools.count()


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of the output."""
        return self.out.splitlines()


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command with arguments."""

    def call(*argv: str) -> Ran:
        code = main(argv)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


@pytest.fixture
def url() -> str:
    r"""The URL of this tree::

    /            NWBFile of core, nwb_version 2.11.0
    ├── a        group, attribute `to` = reference to /x
    │   ├── x2   hard link to /x
    │   └── up   soft link to /
    ├── x        int16 (10, 4), resizable, chunks, two codecs
    ├── gone     soft link to nothing
    ├── s        text scalar
    └── b<newline>  group
    """
    name = f"memory://cli-{next(COUNTER)}"
    with MemoryIO(name, "w") as opened:
        storage = cast("StorageWriter", opened.storage)
        storage.create_group("/a")
        codecs = (CodecSpec("shuffle", {"elementsize": 2}), CodecSpec("zlib", {"level": 4}))
        storage.create_array("/x", ArrayLayout((10, 4), INT16, (None, 4), (5, 4), codecs))
        storage.create_link("/a/x2", LinkTarget("hard", "/x"))
        storage.create_link("/a/up", LinkTarget("soft", "/"))
        storage.create_link("/gone", LinkTarget("soft", "/nowhere"))
        storage.create_array("/s", ArrayLayout((), TEXT))
        storage.create_group("/b\n")
        texts = {"neurodata_type": "NWBFile", "namespace": "core", "nwb_version": "2.11.0"}
        storage.set_attributes("/", {key: Attribute(text, TEXT) for key, text in texts.items()})
        to = Attribute(ObjectRef(storage.source, path="/x"), RefType())
        number = Attribute(np.float64("nan"), NumberType(np.dtype("float64")))
        storage.set_attributes("/a", {"to": to, "nan": number})
        storage.write_specs({("core", v): {"namespace": "{}"} for v in ("2.9.0", "2.11.0")})
        storage.commit()
    return name
