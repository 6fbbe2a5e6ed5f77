"""What becomes of one dataset: created from values, copied, streamed, linked, or overwritten."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hdmf_io_core.chunks.lazy import LazyDataset
from hdmf_io_core.chunks.streams import ChunkStream, adapt_stream
from hdmf_io_core.errors import NodeExistsError
from hdmf_io_core.model.builders import DatasetBuilder, LinkBuilder, find_type
from hdmf_io_core.plan.adapt import adapt
from hdmf_io_core.plan.compare import find_referrer, same_array, same_content
from hdmf_io_core.plan.policy import can_become, copied_layout, is_expandable_type, new_layout
from hdmf_io_core.plan.steps import (
    Content,
    Copy,
    CreateArray,
    CreateLink,
    Delete,
    OverwriteArray,
    Preallocate,
    SetAttributes,
    Step,
    Stream,
    Values,
)
from hdmf_io_core.storage.abilities import SupportsAdopt
from hdmf_io_core.storage.dtypes import (
    ElementType,
    NumberType,
    TextType,
    has_references,
)
from hdmf_io_core.storage.layout import ArrayLayout, Empty, LinkTarget
from hdmf_io_core.storage.located import located
from hdmf_io_core.storage.values import as_cells, infer

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdmf_io_core.chunks.dataio import WriteOptions
    from hdmf_io_core.plan.losses import Losses
    from hdmf_io_core.plan.places import Places
    from hdmf_io_core.plan.recoding import Recoding
    from hdmf_io_core.storage.protocols import ArraySource, StorageWriter
    from hdmf_io_core.types import AnyArray, Shape

__all__ = ["ArrayPlanner", "Suggestion"]

Suggestion: TypeAlias = (
    "Callable[[str, str | None, Shape | None, ElementType], WriteOptions | None]"
)
"""From path, data type, shape (None for a stream) and element type to options; None for none."""

_Make: TypeAlias = "Callable[[WriteOptions | None], ArrayLayout]"


class ArrayPlanner:
    """Plans datasets of one write.

    Parameters
    ----------
    dest : StorageWriter
        Asked for what stands there and whether a layout is possible; not changed.
    places : Places
        Which nodes are in the destination already.
    losses : Losses
        Told what the destination cannot keep of a copied array.
    link_data : bool
        Whether lazy data of another open file becomes an external link.
    suggest : callable or None
        Asked for options of new arrays for which the caller gave none.
    recoding : Recoding or None
        Codecs and chunks that stored arrays are to have.
    """

    def __init__(
        self,
        dest: StorageWriter,
        places: Places,
        losses: Losses,
        *,
        link_data: bool,
        suggest: Suggestion | None = None,
        recoding: Recoding | None = None,
    ) -> None:
        self._dest = dest
        self._places = places
        self._losses = losses
        self._link_data = link_data
        self._suggest = suggest
        self._recoding = recoding

    def create(
        self, dataset: DatasetBuilder, path: str, *, may_link: bool = True
    ) -> CreateArray | CreateLink:
        """Return the step that makes a dataset, or a link to its data, which is not there yet."""
        with located(self._dest.source, path):
            target = self._link_target(dataset) if may_link else None
            if target is not None:
                link = LinkBuilder(dataset.name, target)
                return CreateLink(path, self._places.link(link, path))
            layout, content = self._content(dataset, path)
            self._dest.check_layout(path, layout)
        late = has_references(layout.dtype) and isinstance(content, Values)
        return CreateArray(path, layout, content, late=late, wrapper=dataset.wrapper)

    def is_stored(self, dataset: DatasetBuilder, stored_path: str) -> bool:
        """Whether the stored array holds the content of ``dataset`` already."""
        stored = self._dest.array(stored_path)
        _, content = self._content(dataset, stored_path)
        if isinstance(content, Copy):
            return same_array(content.source, stored)
        return isinstance(content, Values) and same_content(content.array, stored)

    def overwrite(self, dataset: DatasetBuilder, path: str, stored_path: str) -> tuple[Step, ...]:
        """Return the steps that give a stored dataset, now at ``stored_path``, new content.

        In place where type and rank allow it, so that references to it stay valid; else it is made
        anew.
        """
        with located(self._dest.source, path):
            layout, content = self._content(dataset, path)
            stored = self._dest.array(stored_path)
            if isinstance(content, Copy) and same_array(content.source, stored):
                return ()
            if isinstance(content, Values) and same_content(content.array, stored):
                return ()
            if can_become(stored.layout, layout):
                late = has_references(layout.dtype)
                kept = replace(stored.layout, shape=layout.shape)
                return (OverwriteArray(path, kept, content, late=late),)
            self._check_free_of_references(stored_path)
            self._dest.check_layout(path, layout)
        late = has_references(layout.dtype) and isinstance(content, Values)
        return (
            Delete(path),
            CreateArray(path, layout, content, late=late, wrapper=dataset.wrapper),
            SetAttributes(path, dataset.attributes, late=True),
        )

    # links

    def _link_target(self, dataset: DatasetBuilder) -> LinkTarget | None:
        wrapper = dataset.wrapper
        wanted = self._link_data
        if wrapper is not None and wrapper.options().link_data is not None:
            wanted = wanted and bool(wrapper.options().link_data)
        if not wanted:
            return None
        if wrapper is not None:
            named = wrapper.link_target(dataset.name)
            if named is not None:
                return named
        data = self._adopt(dataset.data)
        if not isinstance(data, LazyDataset) or not _is_linkable(dataset, data):
            return None
        if data.storage_name != self._dest.source:
            reached = self._reaches(data.source)
            return LinkTarget("external", data.path, data.storage_name) if reached else None
        # The destination replaces the file that the data is in: a link would point to itself.
        return LinkTarget("soft", data.path) if not self._places.is_new else None

    def _reaches(self, source: ArraySource) -> bool:
        """Whether an external link can lead to an array: into files of the same library alone."""
        packages = {type(end).__module__.partition(".")[0] for end in (source, self._dest)}
        return self._dest.capabilities.external_links and len(packages) == 1

    # content

    def _content(self, dataset: DatasetBuilder, path: str) -> tuple[ArrayLayout, Content]:
        layout, content = self._unnamed(dataset, path)
        names = dataset.dimension_names
        if names and layout.dimension_names is None and layout.ndim == len(names):
            layout = replace(layout, dimension_names=names)
        return layout, content

    def _unnamed(self, dataset: DatasetBuilder, path: str) -> tuple[ArrayLayout, Content]:
        wrapper, data = dataset.wrapper, dataset.data
        if wrapper is not None and wrapper.is_preallocation:
            dtype: ElementType = NumberType(np.dtype(wrapper.dtype))
            return new_layout(wrapper.shape, dtype, wrapper.options(dtype)), Preallocate()
        if wrapper is not None and data is wrapper.data:
            data = wrapper.target_data(dataset.name)
        data = self._adopt(data)
        if isinstance(data, LazyDataset):
            return self._copy(data, dataset, path)
        if isinstance(data, Empty):
            return new_layout(None, data.dtype, _options(dataset, data.dtype)), Preallocate()
        stream = adapt_stream(data)
        if stream is not None:
            return self._stream(stream, dataset, path)
        values, dtype = (data, dataset.dtype) if dataset.dtype is not None else infer(data)
        return self._values(as_cells(values, dtype), dtype, dataset, path)

    def _adopt(self, data: object) -> object:
        if isinstance(data, (LazyDataset, np.ndarray)) or not isinstance(self._dest, SupportsAdopt):
            return data
        adopted = self._dest.adopt(data)
        if adopted is None:
            return data
        return LazyDataset(adopted.array, path=adopted.path, storage_name=adopted.source)

    def _copy(
        self, data: LazyDataset, dataset: DatasetBuilder, path: str
    ) -> tuple[ArrayLayout, Content]:
        options = _options(dataset, data.element_type)
        if options is None and self._recoding is not None:
            options = self._recoding.options(path, data.layout)
        layout = copied_layout(data.layout, options)
        is_asked = self._recoding is not None and options is not None and options.codecs is not None
        layout = adapt(self._dest, self._losses, data.source, layout, path=path, is_asked=is_asked)
        if has_references(layout.dtype):
            # References have to be found anew, all of them, before anything is written.
            return layout, Values(data.read())
        return layout, Copy(data.source)

    def _stream(
        self, stream: ChunkStream, dataset: DatasetBuilder, path: str
    ) -> tuple[ArrayLayout, Content]:
        shape = tuple(0 if length is None else length for length in stream.maxshape)

        def make(options: WriteOptions | None) -> ArrayLayout:
            # Only asked where it counts: to tell, an iterator of rows gathers its first chunk.
            hint = stream.chunk_shape if _is_open(options) else None
            limits = stream.maxshape
            return new_layout(shape, stream.dtype, options, maxshape=limits, chunk_hint=hint)

        options = self._options_of_new(dataset, path, None, stream.dtype)
        return self._recoded(make, options, dataset, path), Stream(stream)

    def _values(
        self, array: AnyArray, dtype: ElementType, dataset: DatasetBuilder, path: str
    ) -> tuple[ArrayLayout, Content]:
        data_type, _ = find_type(dataset.attributes)
        is_open = is_expandable_type(data_type)
        make = partial(new_layout, array.shape, dtype, expandable=is_open)
        options = self._options_of_new(dataset, path, array.shape, dtype)
        return self._recoded(make, options, dataset, path), Values(array)

    def _recoded(
        self, make: _Make, options: WriteOptions | None, dataset: DatasetBuilder, path: str
    ) -> ArrayLayout:
        """Return the layout of new data, with what an export asks of arrays without a wrapper."""
        layout = make(options)
        asked = None
        if self._recoding is not None and dataset.wrapper is None:
            asked = self._recoding.options(path, layout)
        if asked is None:
            return layout
        is_asked = asked.codecs is not None
        return adapt(self._dest, self._losses, None, make(asked), path=path, is_asked=is_asked)

    def _options_of_new(
        self, dataset: DatasetBuilder, path: str, shape: Shape | None, dtype: ElementType
    ) -> WriteOptions | None:
        """Return what the caller asked for; of an array that the caller left open, ask a plugin."""
        if dataset.wrapper is not None or self._suggest is None or shape == ():
            return _options(dataset, dtype)
        return self._suggest(path, find_type(dataset.attributes)[0], shape, dtype)

    def _check_free_of_references(self, path: str) -> None:
        referrer = find_referrer(self._dest, path)
        if referrer is not None:
            msg = f"{referrer!r} refers to this dataset, so it keeps its dtype and rank"
            raise NodeExistsError(
                msg,
                source=self._dest.source,
                path=path,
                hint="Keep dtype and rank, or export to a new file.",
            )


def _is_linkable(dataset: DatasetBuilder, data: LazyDataset) -> bool:
    """Whether a link would lose nothing, and stock hdmf would read it.

    Scalars are copied, as in hdmf; references are good in their own file alone. Of a stored tree,
    stock reads links in place of series, but not of text or columns of tables (LinkBuilder.data).
    """
    if not data.ndim or has_references(data.element_type):
        return False
    if dataset.home is None:
        return True
    is_series = find_type(dataset.attributes)[0] in {None, "Data"}
    return is_series and not dataset.changed and not isinstance(data.element_type, TextType)


def _is_open(options: WriteOptions | None) -> bool:
    return options is None or not isinstance(options.chunks, tuple)


def _options(dataset: DatasetBuilder, dtype: ElementType) -> WriteOptions | None:
    return dataset.wrapper.options(dtype) if dataset.wrapper is not None else None
