"""A named tree with a little of everything, built into any storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdmf_io_core.storage.dtypes import NumberType, RefType, TextType
from hdmf_io_core.storage.layout import ArrayLayout, Attribute, LinkTarget, ObjectRef
from hdmf_io_core.storage.numpytypes import object_array
from hdmf_io_core.storage.selection import select_all
from hdmf_io_core.storage.values import infer

if TYPE_CHECKING:
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.protocols import ArraySink, StorageReader, StorageWriter
    from hdmf_io_core.types import AnyArray

__all__ = ["attribute_of", "build_scenario", "put_array", "read_array"]


def build_scenario(writer: StorageWriter) -> None:
    """Write the scenario into an empty storage.

    ::

        /                      attributes: title="scenario", count=3 (int64)
        ├── group              attributes: names=["a", "é"], home=<reference to />
        │   ├── numbers        int32 (4, 3) = 0..11, chunks (2, 3), maxshape (None, 3)
        │   │                  attributes: unit="V" (fixed ASCII), scale=0.5
        │   ├── text           text (3,) = "a", "é", ""
        │   └── deep
        │       └── scalar     float64 () = 2.5
        ├── nothing            int32, null dataspace
        ├── references         references (3,) to /group, /group/numbers, none
        ├── soft               -> /group/numbers
        ├── folder             -> /group
        ├── dangling           -> /nowhere
        └── hard               = /group/text, where the storage has hard links
    """
    for path in ("/group", "/group/deep"):
        writer.create_group(path)
    int32 = NumberType(np.dtype("i4"))
    numbers = np.arange(12, dtype="i4").reshape(4, 3)
    put_array(writer, "/group/numbers", int32, numbers, chunks=(2, 3), maxshape=(None, 3))
    put_array(writer, "/group/text", TextType(), object_array(["a", "é", ""], (3,)))
    put_array(writer, "/group/deep/scalar", NumberType(np.dtype("f8")), np.array(2.5))
    writer.create_array("/nothing", ArrayLayout(None, int32))
    writer.create_link("/soft", LinkTarget("soft", "/group/numbers"))
    writer.create_link("/folder", LinkTarget("soft", "/group"))
    writer.create_link("/dangling", LinkTarget("soft", "/nowhere"))
    if writer.capabilities.hard_links:
        writer.create_link("/hard", LinkTarget("hard", "/group/text"))
    references = [ObjectRef(writer.source, path=path) for path in ("/group", "/group/numbers")]
    put_array(writer, "/references", RefType(), object_array([*references, None], (3,)))
    writer.set_attributes("/", {"title": attribute_of("scenario"), "count": attribute_of(3)})
    home = Attribute(ObjectRef(writer.source, path="/"), RefType())
    writer.set_attributes("/group", {"names": attribute_of(["a", "é"]), "home": home})
    unit = Attribute("V", TextType("ascii", 1, "null-padded"))
    writer.set_attributes("/group/numbers", {"unit": unit, "scale": attribute_of(0.5)})


def put_array(
    writer: StorageWriter,
    path: str,
    dtype: ElementType,
    values: AnyArray,
    *,
    chunks: tuple[int, ...] | None = None,
    maxshape: tuple[int | None, ...] | None = None,
) -> ArraySink:
    """Make an array, write all its values (in memory form) and return its sink."""
    layout = ArrayLayout((), dtype)
    shape = values.shape[: values.ndim - layout.memory_dtype.ndim]
    layout = ArrayLayout(shape, dtype, maxshape=maxshape, chunks=chunks)
    sink = writer.create_array(path, layout)
    sink.write(tuple(slice(0, length) for length in shape), values)
    return sink


def read_array(reader: StorageReader, path: str) -> AnyArray:
    """Read a whole array, in memory form."""
    source = reader.array(path)
    selection = select_all(source.layout.shape or ())
    out = np.empty(selection.shape, source.layout.memory_dtype)
    source.read_into(selection, out)
    return out


def attribute_of(value: Any) -> Attribute:
    """Return a value as an attribute, with the type that it is stored as."""
    return infer(value).attribute()
