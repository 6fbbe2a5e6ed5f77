"""``hdmf-io tree SOURCE [NODE]``: what is inside, as a tree."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.facts import Facts, facts_of, storage_of
from hdmf_io_core.cli.output import printable
from hdmf_io_core.cli.values import layout_json, layout_text, value_json, value_text
from hdmf_io_core.io.open import open_io
from hdmf_io_core.storage.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hdmf_io_core.cli.output import Output
    from hdmf_io_core.storage.layout import ObjectRef
    from hdmf_io_core.storage.protocols import StorageReader
    from hdmf_io_core.storage.walk import Visit
    from hdmf_io_core.types import JSON

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "tree"
HELP = "show the tree of a file: types, shapes, chunks, codecs, links"

# Branch of an entry, of the last entry, and what stands below each of the two.
_BOXES = ("├── ", "└── ", "│   ", "    ")
_ASCII = ("|-- ", "`-- ", "|   ", "    ")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("source", metavar="SOURCE", help="path or URL")
    parser.add_argument("node", metavar="NODE", nargs="?", default="/", help="where to start")
    parser.add_argument("--backend", metavar="NAME", help="do not look for one, take this one")
    parser.add_argument("--depth", type=_depth, metavar="N", help="levels to show; all unless told")
    parser.add_argument("--attributes", action="store_true", help="show attributes as well")


def _depth(text: str) -> int:
    if not text.isdecimal():
        message = f"{text!r} is no number of levels (0, 1, 2, ...)"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Print the tree."""
    start = "/" + args.node.strip("/")
    with open_io(args.source, backend=args.backend) as opened:
        storage = storage_of(opened)
        visits = walk(storage, start, depth=args.depth)
        described = ((visit, facts_of(storage, visit.node)) for visit in visits)
        printed = _Printer(storage, out, with_attributes=args.attributes)
        if out.as_json:
            nodes = [printed.as_json(visit, facts) for visit, facts in described]
            out.json({"source": storage.source, "start": start, "nodes": nodes})
        else:
            for visit, facts, n_levels in _with_next_level(described):
                printed.print(visit, facts, is_parent=n_levels > len(visit.trail))
        return ExitCode.FINDINGS if printed.n_problems else ExitCode.OK


def _with_next_level(
    described: Iterable[tuple[Visit, Facts]],
) -> Iterator[tuple[Visit, Facts, int]]:
    """Add to each entry the level of the entry after it; 0 for the last."""
    held: tuple[Visit, Facts] | None = None
    for following in described:
        if held is not None:
            yield *held, len(following[0].trail)
        held = following
    if held is not None:
        yield *held, 0


class _Printer:
    """Prints the entries of one tree; counts those that could not be read."""

    def __init__(self, storage: StorageReader, out: Output, *, with_attributes: bool) -> None:
        self.n_problems = 0
        self._out = out
        self._with_attributes = with_attributes
        self._boxes = _BOXES if out.has_boxes else _ASCII
        self._path_of = _resolver(storage)
        self._source = storage.source

    def print(self, visit: Visit, facts: Facts, *, is_parent: bool) -> None:
        """Print one entry, and its attributes below it, beside the line down to its children."""
        self.n_problems += bool(facts.problem)
        name = visit.node.name if visit.trail else f"{self._source}:{visit.node.path}"
        self._out.line(f"{self._branch(visit.trail)}{printable(name)}{_description(visit, facts)}")
        if not self._with_attributes or visit.node.link or visit.same_as:
            return
        stem = self._stem((*visit.trail, not is_parent))
        for key, attribute in (facts.attributes or {}).items():
            value = value_text(attribute.value, self._path_of)
            self._out.line(f"{stem}@{printable(key)} = {value}")

    def as_json(self, visit: Visit, facts: Facts) -> dict[str, JSON]:
        """Return one entry; keys that do not apply are left out."""
        self.n_problems += bool(facts.problem)
        node = visit.node
        found: dict[str, JSON] = {"path": node.path, "kind": node.kind}
        if node.link is not None:
            found["link"] = {"kind": node.link.kind, "target": str(node.link)}
            found |= {"tried": list(node.tried)} if node.tried else {}
        if visit.same_as is not None:
            found["same_as"] = visit.same_as
        if facts.data_type:
            found |= {"type": facts.data_type, "namespace": facts.namespace or None}
        if facts.layout is not None:
            found |= layout_json(facts.layout)
        if facts.problem:
            found["problem"] = facts.problem
        if self._with_attributes and facts.attributes is not None:
            found["attributes"] = {
                key: value_json(attribute.value, self._path_of)
                for key, attribute in facts.attributes.items()
            }
        return found

    def _branch(self, trail: tuple[bool, ...]) -> str:
        if not trail:
            return ""
        return self._stem(trail[:-1]) + self._boxes[trail[-1]]

    def _stem(self, trail: tuple[bool, ...]) -> str:
        return "".join(self._boxes[2 + is_last] for is_last in trail)


def _description(visit: Visit, facts: Facts) -> str:
    """Describe an entry behind its name."""
    node = visit.node
    parts = []
    if facts.data_type:
        parts.append(f"[{printable(facts.data_type)}]")
    elif node.kind == "datatype":
        parts.append("[committed datatype]")
    if facts.layout is not None:
        parts.append(layout_text(facts.layout))
    if visit.same_as is not None:
        parts.append(f"= {printable(visit.same_as)}")
    if node.link is not None:
        broken = "  (broken)" if node.kind == "missing" else ""
        parts.append(f"-> {printable(str(node.link))}{broken}")
    if facts.problem:
        parts.append(f"(unreadable: {printable(facts.problem)})")
    return "".join(f"  {part}" for part in parts)


def _resolver(storage: StorageReader) -> Callable[[ObjectRef], str | None]:
    """Return a function from a reference to the path of its target."""

    def path_of(reference: ObjectRef) -> str | None:
        if reference.path is not None:
            return reference.path
        node = storage.resolve(reference)
        return node.path if node is not None else None

    return path_of
