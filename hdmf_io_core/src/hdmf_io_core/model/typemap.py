"""Which class stands for which data type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import ConstructError
from hdmf_io_core.model.container import Container
from hdmf_io_core.model.data import Data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hdmf_io_core.model.node import Node

__all__ = ["TypeMap"]


class TypeMap:
    """Classes by namespace and type; the rest is a :class:`Container` or :class:`Data`.

    Examples
    --------
    >>> from hdmf_io_core import Container, TypeMap
    >>> class Table(Container):
    ...     @property
    ...     def columns(self):
    ...         return list(self.attributes["colnames"])
    >>> types = TypeMap()
    >>> types.register("DynamicTable", Table, namespace="hdmf-common")
    """

    def __init__(self) -> None:
        self._classes: dict[tuple[str | None, str], type[Node]] = {}

    def register(self, data_type: str, cls: type[Node], *, namespace: str | None = None) -> None:
        """Let ``cls`` stand for ``data_type``; None as the namespace stands for any.

        ``cls.__init__`` does not run for nodes read from a file; ``cls.loaded`` does.

        Raises
        ------
        ConstructError
            If ``cls`` is no subclass of ``Container`` or ``Data``.
        """
        if not issubclass(cls, (Container, Data)):
            msg = f"{cls!r} cannot stand for {data_type!r}"
            raise ConstructError(
                msg,
                hint="Register a subclass of Container or of Data.",
            )
        self._classes[namespace, data_type] = cls

    def class_for(self, data_type: str | None, namespace: str | None) -> type[Node] | None:
        """Return the class registered for a type; None if there is none."""
        if data_type is None:
            return None
        exact = self._classes.get((namespace, data_type))
        return exact if exact is not None else self._classes.get((None, data_type))

    def __iter__(self) -> Iterator[tuple[str | None, str]]:
        return iter(self._classes)
