"""hdmf's builders made by the thousand: what its constructors make, without checking each argument.

A constructor of hdmf checks every argument against a declared type, which takes some 45 us; what is
read from a storage has these types already.
"""

from __future__ import annotations

from typing import Any

from hdmf.build import DatasetBuilder, GroupBuilder

__all__ = ["dataset_builder", "group_builder"]


class _Mold:
    """Makes objects of one class as its constructor makes them.

    Parameters
    ----------
    kind : type
        A class of hdmf's builders.
    marks : dict
        By name, the arguments that differ between the objects, with any allowed value that is
        nowhere else in an object.

    Notes
    -----
    Where the constructor keeps an argument is found by looking for the mark in a sample, so no
    private name is relied on. If a mark cannot be found, the constructor itself is called.
    """

    def __init__(self, kind: Any, marks: dict[str, object]) -> None:
        self._kind = kind
        sample = kind(**marks)
        self._state = dict(vars(sample))
        self._items = dict(dict.items(sample))
        self._places = [
            (key, name)
            for key, value in self._state.items()
            for name, mark in marks.items()
            if value is mark
        ]
        self._is_known = {name for _, name in self._places} == marks.keys()
        self._fresh = [key for key, value in self._state.items() if type(value) is dict]
        self._fresh_items = [key for key, value in self._items.items() if type(value) is dict]

    def cast(self, values: dict[str, object]) -> Any:
        """Return a new object; the arguments, as many as there are marks, are not checked."""
        if not self._is_known:
            return self._kind(**values)
        made = self._kind.__new__(self._kind)
        state = made.__dict__
        state.update(self._state)
        for key, name in self._places:
            state[key] = values[name]
        for key in self._fresh:
            state[key] = {}
        dict.update(made, self._items)
        for key in self._fresh_items:
            dict.__setitem__(made, key, {})
        return made


_GROUPS = _Mold(GroupBuilder, {"name": "the name", "source": "the source"})
_DATASETS = _Mold(
    DatasetBuilder,
    {"name": "the name", "source": "the source", "dtype": "the dtype", "maxshape": (-1, -2)},
)


def group_builder(name: str, source: str) -> Any:
    """Return an empty ``hdmf.build.GroupBuilder``."""
    return _GROUPS.cast({"name": name, "source": source})


def dataset_builder(
    name: str, source: str, *, data: object, dtype: object, maxshape: tuple[Any, ...] | None
) -> Any:
    """Return a ``hdmf.build.DatasetBuilder`` without attributes."""
    made = _DATASETS.cast({"name": name, "source": source, "dtype": dtype, "maxshape": maxshape})
    made["data"] = data
    return made
