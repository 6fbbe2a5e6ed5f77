"""An IO that reads, and its data, in another process: they are opened again there."""

from __future__ import annotations

import os
import pickle
import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from hdmf_io_core.errors import ModeError, NodeNotFoundError
from hdmf_io_core.model.manager import BuildManager

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.chunks.lazy import LazyDataset
    from hdmf_io_core.io.base import StorageIO
    from hdmf_io_core.types import Mode

__all__ = ["DataOrigin", "Recipe", "Reopenable"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an IO that reads is opened.

    Attributes
    ----------
    io_class
        Called with the source, the mode ``r``, the manager and the options.
    source
        Absolute path, or URL.
    manager
        As the user gave it.
    options
        Of the backend.
    """

    io_class: type[StorageIO]
    source: str
    manager: object
    options: Mapping[str, object]

    def open(self) -> StorageIO:
        """Open an IO of its own; the caller closes it."""
        opener = cast("Any", self.io_class)
        return cast("StorageIO", opener(self.source, "r", self.manager, **self.options))


@dataclass(frozen=True, slots=True)
class DataOrigin:
    """Where lazy data comes from; calling it opens that again.

    Attributes
    ----------
    recipe
        Of its IO.
    path
        Of its node, as the IO knows it.
    resolves
        Whether its references come as containers.
    """

    recipe: Recipe
    path: str
    resolves: bool = False

    def __call__(self) -> LazyDataset:
        """Return the data, of an IO that all data of one origin share in this process.

        Raises
        ------
        OpenError
            The source cannot be opened.
        NodeNotFoundError
            There is no array at the path any more.
        """
        shared = _shared(self.recipe)
        data = getattr(shared.tree.at(self.path), "data", None)
        if self.resolves and isinstance(shared.manager, BuildManager):
            data = getattr(shared.read().get(self.path), "data", None)
        if data is None:
            msg = "there is no array where the data was"
            raise NodeNotFoundError(msg, source=self.recipe.source, path=self.path)
        # The IO lives as long as its data.
        data.keep_alive(shared)
        return cast("LazyDataset", data)


_SHARED: weakref.WeakValueDictionary[bytes, StorageIO] = weakref.WeakValueDictionary()
_LOCK = threading.RLock()


def _shared(recipe: Recipe) -> StorageIO:
    key = pickle.dumps(recipe)
    with _LOCK:
        found = _SHARED.get(key)
        if found is None or not found.is_open:
            found = recipe.open()
            _SHARED[key] = found
            weakref.finalize(found, found.storage.close)
        return found


class Reopenable:
    """What an IO needs to be sent to another process by pickling it."""

    _mode: Mode
    _recipe: Recipe | None = None

    def remember(self, source: object, manager: object, options: Mapping[str, object]) -> None:
        """Note how the IO is opened; called by backends, with options that can be pickled.

        An IO of an open object or a file object is not noted: there is nothing to open again.
        """
        if isinstance(source, str | os.PathLike):
            text = os.fspath(source)
            place = text if "://" in text else os.path.abspath(text)  # noqa: PTH100 - may be bytes
            given = {name: value for name, value in options.items() if value is not None}
            io_class = cast("type[StorageIO]", type(self))
            self._recipe = Recipe(io_class, str(place), manager, given)

    def recipe(self) -> Recipe:
        """Return how it is opened again.

        Raises
        ------
        ModeError
            It is open for writing, or was made from an object that is open already.
        """
        if self._mode != "r":
            msg = f"an IO in mode {self._mode!r} cannot be sent to another process"
            raise ModeError(msg, hint="Close it, and open the file there, or here in mode 'r'.")
        if self._recipe is None:
            msg = "an IO of an open object cannot be sent to another process"
            raise ModeError(msg, hint="Open the source by its path or URL.")
        return self._recipe

    def origin(self, path: str, resolves: bool) -> DataOrigin:  # noqa: FBT001 - as TreeReader calls it
        """Return where the data of a node comes from; raises as :meth:`recipe`."""
        return DataOrigin(self.recipe(), path, resolves)

    def __reduce__(self) -> tuple[Any, ...]:
        return Recipe.open, (self.recipe(),)
