"""The attributes of a node as the user edits them: plain values in front, element types behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping

from hdmf_io_core.errors import HdmfIOError, InvalidNameError, NodeNotFoundError
from hdmf_io_core.storage.dtypes import RefType, has_references
from hdmf_io_core.storage.layout import Attribute, ObjectRef, RegionRef
from hdmf_io_core.storage.references import resolve_value
from hdmf_io_core.storage.values import infer

__all__ = ["Attributes"]


class Attributes(MutableMapping[str, object]):
    """Attributes by name.

    Reading gives ``str``, numpy scalars and ndarrays; references come as the containers they point
    to. A value is checked and its element type inferred when it is set, so that an attribute that
    cannot be stored raises here. Changing one counts as a change of the node.

    Parameters
    ----------
    stored : Mapping of str to Attribute
        Read on first use; never changed.
    resolve : callable or None
        From an ``ObjectRef`` to what the user gets for it.
    is_node : callable
        Tells which values are references to be.
    on_change : callable
        Called after each change.
    """

    __slots__ = ("_is_node", "_on_change", "_own", "_resolve", "_stored")

    def __init__(
        self,
        stored: Mapping[str, Attribute],
        *,
        is_node: Callable[[object], bool],
        on_change: Callable[[], None],
        resolve: Callable[[ObjectRef | RegionRef], object] | None = None,
    ) -> None:
        self._stored = stored
        self._own: dict[str, Attribute] | None = None
        self._is_node = is_node
        self._on_change = on_change
        self._resolve = resolve

    @property
    def stored(self) -> Mapping[str, Attribute]:
        """Values with their element types; references unresolved."""
        return self._stored if self._own is None else self._own

    def __getitem__(self, name: str) -> object:
        try:
            attribute = self.stored[name]
        except KeyError:
            msg = f"no attribute {name!r}; there are {sorted(self.stored)}"
            raise NodeNotFoundError(msg) from None
        if self._resolve is None or not has_references(attribute.dtype):
            return attribute.value
        return resolve_value(attribute.value, attribute.dtype, self._resolve)

    def __setitem__(self, name: str, value: object) -> None:
        _check_name(name)
        if isinstance(value, Attribute):
            attribute = value
        elif self._is_node(value):
            attribute = Attribute(value, RefType())  # type: ignore[arg-type]  # becomes a reference
        else:
            attribute = _inferred(name, value, self._is_node)
        self._edit()[name] = attribute
        self._on_change()

    def __delitem__(self, name: str) -> None:
        if name not in self.stored:
            msg = f"no attribute {name!r}; there are {sorted(self.stored)}"
            raise NodeNotFoundError(msg)
        del self._edit()[name]
        self._on_change()

    def __iter__(self) -> Iterator[str]:
        return iter(self.stored)

    def __len__(self) -> int:
        return len(self.stored)

    def __contains__(self, name: object) -> bool:
        return name in self.stored

    def __repr__(self) -> str:
        return repr({name: attribute.value for name, attribute in self.stored.items()})

    def _edit(self) -> dict[str, Attribute]:
        if self._own is None:
            self._own = dict(self._stored)
        return self._own


def _inferred(name: str, value: object, is_node: Callable[[object], bool]) -> Attribute:
    try:
        stored, dtype = infer(value, is_node=is_node)
    except HdmfIOError as error:
        msg = f"attribute {name!r}: {error.what}"
        raise type(error)(msg, hint=error.hint) from error.__cause__
    return Attribute(stored, dtype)


def _check_name(name: object) -> None:
    """Refuse what no storage can call an attribute; slashes and dots are nothing special in it."""
    if not isinstance(name, str) or not name or "\0" in name:
        msg = f"{name!r} cannot be the name of an attribute"
        raise InvalidNameError(msg, hint="Choose text that is not empty and has no null character.")
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        msg = f"the name {name!r} of an attribute is not valid Unicode"
        raise InvalidNameError(msg, hint="Remove the lone surrogates from it.") from error
