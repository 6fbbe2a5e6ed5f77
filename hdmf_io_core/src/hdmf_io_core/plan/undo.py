"""What a write has done so far, and the way back from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from hdmf_io_core.plan.steps import CreateLink, DeleteAttributes, Move, SetAttributes
from hdmf_io_core.storage.abilities import SupportsMove
from hdmf_io_core.storage.dtypes import has_references
from hdmf_io_core.storage.layout import Attribute, LinkTarget, ObjectRef, RegionRef
from hdmf_io_core.storage.references import resolve_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hdmf_io_core.storage.protocols import StorageWriter

__all__ = ["Undo", "rename"]


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """An entry that was not there before."""

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class _Retargeted:
    """New paths that links and references were given, by their old ones."""

    moved: Mapping[str, str]


_Done: TypeAlias = "_Made | _Retargeted | Move | CreateLink | SetAttributes | DeleteAttributes"


@dataclass(slots=True)
class Undo:
    """The changes of one write to one storage, each noted so that it can be taken back.

    Attributes
    ----------
    dest
        The storage; changed by :meth:`move` and :meth:`run` alone.
    """

    dest: StorageWriter
    _done: list[_Done] = field(default_factory=list)
    _made: set[str] = field(default_factory=set)

    def made(self, path: str) -> None:
        """Note an entry that was made."""
        self._done.append(_Made(path))
        self._made.add(path)

    def unlinked(self, path: str, target: LinkTarget) -> None:
        """Note a link that was deleted."""
        self._done.append(CreateLink(path, target))

    def move(self, old: str, new: str) -> None:
        """Rename an entry, and note it."""
        rename(self.dest, old, new)
        self._done.append(Move(old, new))

    def retarget(self, moved: Mapping[str, str]) -> None:
        """Let what referred to moved nodes refer to their new paths, where it did so by path."""
        if moved and isinstance(self.dest, SupportsMove):
            self.dest.retarget(moved)
            self._done.append(_Retargeted(moved))

    def park(self, path: str) -> str:
        """Move an entry out of the way, and return where it is now."""
        place = self.free_place()
        self.move(path, place)
        return place

    def free_place(self) -> str:
        """Return a path for what is not to stay."""
        number = len(self._done)
        while self.dest.node(f"/.hdmf_io_parked_{number}") is not None:
            number += 1
        return f"/.hdmf_io_parked_{number}"

    def changing(self, path: str, names: Iterable[str]) -> None:
        """Note attributes as they are, before they are changed; those of new nodes go with them."""
        if path in self._made:
            return
        stored = self.dest.attributes(path)
        old = {name: stored[name] for name in names if name in stored}
        self._done.append(SetAttributes(path, old))
        self._done.append(DeleteAttributes(path, tuple(set(names) - set(old))))

    def forget(self) -> None:
        """Note that there is no way back from here."""
        self._done.clear()

    def run(self) -> None:
        """Take everything back, newest first."""
        while self._done:
            self._revert(self._done.pop())

    def run_after(self, error: BaseException, otherwise: Callable[[], bool] | None) -> None:
        """Take everything back after an error; where that fails call ``otherwise``."""
        try:
            self.run()
        except Exception as failure:
            if otherwise is None or not otherwise():
                raise
            error.add_note(f"what was made could not be removed one by one: {failure}")

    def _revert(self, done: _Done) -> None:
        dest = self.dest
        match done:
            case _Retargeted(moved=moved) if isinstance(dest, SupportsMove):
                dest.retarget({new: old for old, new in moved.items()})
            case Move(path=path, new_path=new_path):
                rename(dest, new_path, path)
            case CreateLink(path=path, target=target):
                dest.create_link(path, target)
            case SetAttributes(path=path, attributes=old):
                dest.set_attributes(path, {name: self._with_paths(old[name]) for name in old})
            case DeleteAttributes(path=path, names=names):
                dest.delete_attributes(path, names)
            case _Made(path=path) if dest.node(path) is not None:
                dest.delete(path)

    def _with_paths(self, attribute: Attribute) -> Attribute:
        """Return an attribute as a storage takes it: references with the path of their target."""
        if not has_references(attribute.dtype):
            return attribute
        value = resolve_value(attribute.value, attribute.dtype, self._with_path)
        return replace(attribute, value=value)

    def _with_path(self, ref: ObjectRef | RegionRef) -> object:
        if isinstance(ref, RegionRef):
            target = self._with_path(ref.target)
            return replace(ref, target=target) if isinstance(target, ObjectRef) else None
        info = self.dest.resolve(ref)
        return replace(ref, path=info.home) if info is not None else None


def rename(dest: StorageWriter, old: str, new: str) -> None:
    """Rename: by a second hard link, so that the node stays what it is, or as the storage can."""
    if isinstance(dest, SupportsMove):
        dest.move(old, new)
        return
    dest.create_link(new, LinkTarget("hard", old))
    try:
        dest.delete(old)
    except BaseException:
        dest.delete(new)
        raise
