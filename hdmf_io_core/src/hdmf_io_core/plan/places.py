"""Where things end up: paths in the destination for nodes, references and links of the source."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdmf_io_core.errors import UnresolvedReferenceError, UnsupportedFeatureError
from hdmf_io_core.storage.layout import LinkTarget, NodeKey, ObjectRef, RegionRef
from hdmf_io_core.storage.references import resolve_value

if TYPE_CHECKING:
    from hdmf_io_core.model.builders import Home, LinkBuilder, StoredTree
    from hdmf_io_core.plan.losses import Losses
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["Places"]


class Places:
    """Paths in the destination, by identity in the source.

    Parameters
    ----------
    dest : StorageReader
        The destination as it is before the write.
    losses : Losses
        Told which references cannot be kept.
    is_new : bool
        Whether the destination starts empty, so that nothing of its name is in it yet.

    Attributes
    ----------
    referred : set of str
        Paths that relocated references point to.
    """

    def __init__(self, dest: StorageReader, losses: Losses, *, is_new: bool) -> None:
        self._dest = dest
        self._losses = losses
        self._lost: set[tuple[str, NodeKey]] = set()
        self._trees: dict[str, StoredTree] = {}
        self._is_new = is_new
        self._by_key: dict[tuple[str, NodeKey], str] = {}
        self._planned: set[str] = {"/"}
        self.referred: set[str] = set()

    @property
    def is_new(self) -> bool:
        """Whether the destination starts empty."""
        return self._is_new

    def add(self, path: str, home: Home | None) -> None:
        """Note that a node will stand at ``path``."""
        self._planned.add(path)
        if home is not None:
            self._by_key.setdefault((home.source, home.key), path)
            self._trees.setdefault(home.source, home.tree)

    def lose(self, home: Home | None) -> None:
        """Note that a stored node is left out; references to it become null."""
        if home is not None:
            self._lost.add((home.source, home.key))

    def find(self, home: Home | None) -> str | None:
        """Return where a stored node was already placed; None if it was not."""
        return self._by_key.get((home.source, home.key)) if home is not None else None

    def has(self, source: str, key: NodeKey) -> bool:
        """Whether a node of the source has its place in the destination."""
        return (source, key) in self._by_key

    def mark(self) -> int:
        """Return what :meth:`back_to` takes."""
        return len(self._by_key)

    def back_to(self, mark: int) -> None:
        """Forget the nodes that were added since."""
        while len(self._by_key) > mark:
            self._planned.discard(self._by_key.popitem()[1])

    def holds(self, home: Home | None) -> bool:
        """Whether a node is already stored in the destination, as it will remain."""
        return home is not None and not self._is_new and home.source == self._dest.source

    # references

    def relocate(self, value: object, element: ElementType, *, path: str) -> Any:
        """Return ``value`` with every reference in it pointing into the destination.

        Raises
        ------
        UnresolvedReferenceError
            If a target is neither written nor there already; ``path`` names the referring node.
        """

        def move(ref: ObjectRef | RegionRef) -> object:
            target = ref.target if isinstance(ref, RegionRef) else ref
            if self._is_void(target):
                self._losses.add(path, "a reference", "what it points to is not there; now null")
                return None
            moved = self._relocate_ref(target, path)
            return replace(ref, target=moved) if isinstance(ref, RegionRef) else moved

        return resolve_value(value, element, move)

    def _is_void(self, ref: ObjectRef) -> bool:
        """Whether a reference dangles where it comes from, or points to what is left out."""
        if ref.key is None or (ref.source, ref.key) in self._by_key:
            return False
        if (ref.source, ref.key) in self._lost:
            return True
        tree = self._trees.get(ref.source)
        return tree is not None and tree.resolve(ref) is None

    def _relocate_ref(self, ref: ObjectRef, path: str) -> ObjectRef:
        target = self._by_key.get((ref.source, ref.key)) if ref.key is not None else None
        if target is None and ref.source == self._dest.source:
            target = self._there(ref)
        if target is None:
            msg = f"a reference to {ref.path or ref.key!r} of {ref.source!r} would point to nothing"
            raise UnresolvedReferenceError(
                msg,
                source=self._dest.source,
                path=path,
                hint="Write its target too, or set the reference to None.",
            )
        self.referred.add(target)
        return ObjectRef(self._dest.source, path=target)

    def _there(self, ref: ObjectRef) -> str | None:
        if ref.key is None:
            path = ref.path
            known = path in self._planned or (path is not None and self._exists(path))
            return path if known else None
        info = self._dest.resolve(ref) if not self._is_new else None
        return info.home if info is not None else None

    def _exists(self, path: str) -> bool:
        return not self._is_new and self._dest.node(path) is not None

    # links

    def link(self, link: LinkBuilder, path: str) -> LinkTarget:
        """Return what a link at ``path`` has to say in the destination.

        Raises
        ------
        UnresolvedReferenceError
            If a new soft link points to nothing that is, or will be, stored.
        """
        target = self._link(link, path)
        if target.kind == "external" and not self._dest.capabilities.external_links:
            msg = f"the destination cannot link to another file, {target}"
            raise UnsupportedFeatureError(
                msg,
                source=self._dest.source,
                path=path,
                hint="Copy what it leads to, or leave the link out.",
            )
        return target

    def _link(self, link: LinkBuilder, path: str) -> LinkTarget:
        target, info = link.target, link.info
        if target.kind == "external":
            return self._external(target, linking_file=info.source if info is not None else None)
        if info is None:
            if target.path in self._planned or self._exists(target.path):
                return target
            msg = f"a link to {target.path!r} would point to nothing"
            raise UnresolvedReferenceError(
                msg,
                source=self._dest.source,
                path=path,
                hint="Write its target too; LinkTarget('external', ...) reaches other files.",
            )
        builder = link.builder
        if builder is None or builder.home is None:
            return target
        placed = self.find(builder.home)
        if placed is None and not self.holds(builder.home):
            return self._external(
                LinkTarget("external", builder.home.path, builder.home.source), linking_file=None
            )
        return target if placed in (None, info.home) else LinkTarget("soft", str(placed))

    def _external(self, target: LinkTarget, *, linking_file: str | None) -> LinkTarget:
        """Return an external link that is right from the destination's folder."""
        assert target.file is not None
        own = self._dest.source
        if "://" in target.file or "://" in own:
            return target
        if linking_file is None:
            if not Path(own).is_absolute():
                return target
        elif Path(linking_file).is_absolute():
            # An absolute link is one that its author wanted so.
            if Path(target.file).is_absolute():
                return target
        elif not (Path(target.file).is_absolute() and Path(own).is_absolute()):
            # From memory, which has no folder to be relative to.
            return target
        base = Path(linking_file).parent if linking_file is not None else Path.cwd()
        file = os.path.normpath(base / target.file)
        if file == own:
            return LinkTarget("soft", target.path)
        return replace(target, file=_relative(file, own))


def _relative(file: str, linking_file: str) -> str:
    if not Path(linking_file).is_absolute():
        return file
    try:
        return os.path.relpath(file, Path(linking_file).parent)
    except ValueError:  # another drive of Windows has no relative path
        return file
