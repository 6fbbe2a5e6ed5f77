"""The array a user holds: nothing is read before it is sliced, nothing kept after.

It knows an ``ArraySource`` and an ``ArraySink``; of files, backends and containers nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from hdmf_io_core.chunks.access import ArrayAccess
from hdmf_io_core.chunks.assign import assign, assign_field, resized_shape
from hdmf_io_core.chunks.facts import LayoutFacts
from hdmf_io_core.chunks.grid import row_blocks
from hdmf_io_core.chunks.limits import allocated
from hdmf_io_core.chunks.views import AstypeView, FieldView, split_names
from hdmf_io_core.errors import ClosedIOError, ModeError, SelectionError
from hdmf_io_core.storage.dtypes import RefType, element_repr, has_references
from hdmf_io_core.storage.keys import parse_key
from hdmf_io_core.storage.layout import Empty, ObjectRef, RegionRef
from hdmf_io_core.storage.located import located
from hdmf_io_core.storage.references import resolve_cells

if TYPE_CHECKING:
    import numpy.typing as npt

    from hdmf_io_core.chunks.engine import Engine
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import ArraySink, ArraySource
    from hdmf_io_core.storage.selection import Finish, Selection
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["ITERATION_BYTES", "LazyDataset", "Resolver"]

Resolver: TypeAlias = Callable[[ObjectRef | RegionRef], object]
ITERATION_BYTES = 1 << 20
"""How much ``for row in dataset`` reads at a time."""
POINTS_BYTES = 32 << 20
"""Scattered points are read in blocks no larger than this."""


class LazyDataset(LayoutFacts, NDArrayOperatorsMixin):
    """A stored array that reads what is asked for, when it is asked for.

    Parameters
    ----------
    source
        The stored array. It is not owned: closing its file closes this.
    path
        Path of the node in its file.
    storage_name
        The file, for messages and the repr.
    resolver
        Turns a reference into what it points to; None hands references out as they are.
    open_sink
        Opens the array for writing at the first write; None where the file is open for reading.
    refer
        Turns what a user gives for a reference (a container, say) into one with its path set; None
        takes references only.
    engine
        Reads large selections with several threads; None for the storage alone. Not owned.
    origin
        Given whether references are resolved, returns what opens it elsewhere; None if none can.

    Notes
    -----
    ``dataset[key]`` takes integers, slices, lists, index arrays, masks, ``...`` and names of
    compound fields; several lists select orthogonally. ``numpy.asarray(dataset)``, arithmetic and
    comparisons read it whole. Text comes as ``str``.

    Examples
    --------
    >>> import numpy as np
    >>> from hdmf_io_core.storage.memory import MemoryFile, MemoryStorage
    >>> from hdmf_io_core.storage.layout import ArrayLayout
    >>> from hdmf_io_core.storage.dtypes import NumberType
    >>> storage = MemoryStorage(MemoryFile("example"))
    >>> layout = ArrayLayout((1,), NumberType(np.dtype("i2")), chunks=(64,), maxshape=(None,))
    >>> sink = storage.create_array("/x", layout)
    >>> x = LazyDataset(sink, path="/x", storage_name="example", open_sink=lambda: sink)
    >>> x.append([5, 6])
    >>> x[1:] * 2
    array([10, 12], dtype=int16)
    """

    def __init__(
        self,
        source: ArraySource,
        *,
        path: str,
        storage_name: str,
        resolver: Resolver | None = None,
        open_sink: Callable[[], ArraySink] | None = None,
        refer: Callable[[object], object] | None = None,
        engine: Engine | None = None,
        origin: Callable[[bool], Callable[[], LazyDataset]] | None = None,
    ) -> None:
        self.access = ArrayAccess(source, (storage_name, path), open_sink, engine)
        self._storage_name, self._path = storage_name, path
        self._resolver = resolver
        self._refer = refer
        self._origin = origin
        self._owner: object = None

    @property
    def source(self) -> ArraySource:
        """The stored array itself, with all that was appended."""
        return self.access.source

    @property
    def path(self) -> str:
        """Path of the node in its file."""
        return self._path

    @property
    def storage_name(self) -> str:
        """The file."""
        return self._storage_name

    @property
    def layout(self) -> ArrayLayout:
        """Shape, types, chunks and codecs, as they are now."""
        return self.access.layout

    def resolved(
        self, resolver: Resolver, refer: Callable[[object], object] | None = None
    ) -> LazyDataset:
        """Return the same array with references resolved, and made, by these functions."""
        same = copy(self)
        same._resolver, same._refer = resolver, refer
        return same

    def keep_alive(self, owner: object) -> None:
        """Hold what the data needs open while it is there."""
        self._owner = owner

    def __copy__(self) -> LazyDataset:
        vars(same := type(self).__new__(type(self))).update(vars(self))
        return same

    def __reduce__(self) -> tuple[Any, ...]:
        if self._origin is None:
            msg = "data of a storage that is not opened by name cannot be sent to another process"
            raise ModeError(msg, source=self._storage_name, path=self._path)
        return self._origin(self._resolver is not None), ()

    def __getitem__(self, key: Any) -> Any:
        with located(self._storage_name, self._path):
            return self._get(key)

    def _get(self, key: Any) -> Any:
        layout = self.layout  # Once: it may have to be asked for in the file.
        if layout.shape is None:
            if key is Ellipsis or key == ():
                return Empty(self.element_type)
            msg = "an array without a shape has no elements to select"
            raise SelectionError(msg)
        names, rest = split_names(key)
        if names is not None:
            return FieldView(self, names, is_record=isinstance(key, list))[rest]
        selection, finish = parse_key(key, layout.shape)
        result = self._resolve(self._read(selection, finish, layout.memory_dtype))
        return result[()] if finish.is_scalar else result

    def __setitem__(self, key: Any, values: Any) -> None:
        with located(self._storage_name, self._path):
            self._set(key, values)

    def _set(self, key: Any, values: Any) -> None:
        sink = self.access.sink()
        names, key = split_names(key)
        values = self._as_references(values)
        if names is not None:
            assign_field(sink, names, key, values)
        else:
            assign(sink, key, values)

    def append(self, values: Any) -> None:
        """Append along the first axis; the rows are in the file's hands at once.

        Those that fill no chunk yet are kept, and are seen by all that read through the same IO;
        they go into the file with the next ``flush``, ``write`` or ``close``.

        Parameters
        ----------
        values
            Of the dataset's rank: rows. One less: one row. Of text, one string: one element.

        Raises
        ------
        ShapeError
            If the rank or the length of a row does not fit, or the first axis cannot grow.
        UnsupportedDtypeError
            If the values do not fit the dtype; nothing is written then.
        ModeError
            If the file is open for reading.
        """
        with located(self._storage_name, self._path):
            self.access.append(self._as_references(values))

    def resize(self, shape: Shape | int, *, axis: int | None = None) -> None:
        """Change the shape, or the length of one axis.

        Raises
        ------
        ShapeError
            If the shape leaves ``maxshape`` or the array is of fixed shape.
        ModeError
            If the file is open for reading.
        """
        with located(self._storage_name, self._path):
            self.access.sink().resize(resized_shape(self.shape, shape, axis))

    def read(self, selection: Selection | None = None, *, out: AnyArray | None = None) -> AnyArray:
        """Read a normalised selection without finishing it and without resolving references.

        Parameters
        ----------
        selection
            What to read; None for all.
        out : ndarray, shape ``selection.shape``, dtype ``self.dtype``
            Where to put it; C-contiguous. None to allocate.
        """
        selection = parse_key((), self.shape)[0] if selection is None else selection
        with located(self._storage_name, self._path):
            out = allocated(selection.shape, self.dtype) if out is None else out
            self.access.read(selection, out)
        return out

    def astype(self, dtype: npt.DTypeLike) -> AstypeView:
        """Return a view whose slices are converted when read."""
        return AstypeView(self, np.dtype(dtype))

    def fields(self, names: str | list[str]) -> FieldView:
        """Return a view of one field (its values) or of several (a record of them)."""
        chosen = (names,) if isinstance(names, str) else tuple(names)
        return FieldView(self, chosen, is_record=not isinstance(names, str))

    def __array__(
        self, dtype: npt.DTypeLike | None = None, *, copy: bool | None = None
    ) -> AnyArray:
        if copy is False:
            msg = "a stored array cannot become an array in memory without a copy"
            raise ValueError(msg)
        return np.asarray(self[...], dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if any(isinstance(out, LazyDataset) for out in kwargs.get("out", ())):
            msg = "results of arithmetic do not go into a file in place"
            raise ModeError(msg, hint="Compute, then assign: dataset[...] = result.")
        arrays = [np.asarray(x) if isinstance(x, LazyDataset) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **kwargs)

    def __len__(self) -> int:
        return self._sides("has no length")[0]

    def __iter__(self) -> Iterator[Any]:
        shape, itemsize = self._sides("cannot be iterated over"), self.dtype.itemsize
        for start, stop in row_blocks(shape, self.chunks, itemsize, ITERATION_BYTES):
            yield from self[start:stop]

    def _sides(self, otherwise: str) -> Shape:
        if not self.shape:
            msg = f"{self._path} is a scalar and {otherwise}"
            raise TypeError(msg)
        return self.shape

    def __repr__(self) -> str:
        try:
            layout = self.layout
        except ClosedIOError:
            return f"<closed LazyDataset {self._path!r}>"
        shape = "no shape" if layout.shape is None else str(layout.shape)
        return f"<LazyDataset {self._path!r}: {shape}, {element_repr(layout.dtype)}>"

    def _read(self, selection: Selection, finish: Finish, dtype: np.dtype[Any]) -> AnyArray:
        n_bytes = math.prod(selection.shape) * max(1, dtype.itemsize)
        if finish.points is not None and n_bytes > POINTS_BYTES and finish.shape[0] > 1:
            # The block around scattered points may be far larger than they are.
            return np.concatenate([self._read(*half, dtype) for half in finish.halves(selection)])
        block = allocated(selection.shape, dtype)
        self.access.read(selection, block)
        return finish.apply(block)

    def _resolve(self, result: AnyArray) -> AnyArray:
        if self._resolver is None or not has_references(self.element_type):
            return result
        return resolve_cells(result, self.element_type, self._resolver)

    def _as_references(self, values: Any) -> Any:
        if self._refer is None or not isinstance(self.access.element_type, RefType):
            return values
        if isinstance(values, (list, tuple, np.ndarray)):
            return [self._as_references(value) for value in values]
        return None if values is None else self._refer(values)
