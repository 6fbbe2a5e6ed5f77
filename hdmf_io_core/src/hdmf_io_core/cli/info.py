"""``hdmf-io info SOURCE``: what a file is, and how much is in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hdmf_io_core.check.run import stored_bytes
from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.facts import facts_of, storage_of
from hdmf_io_core.cli.output import human_bytes, plural, printable
from hdmf_io_core.io.open import find_backend, open_io
from hdmf_io_core.model.spec import version_key
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundType,
    EnumType,
    NumberType,
    OpaqueType,
    TextType,
)
from hdmf_io_core.storage.walk import walk

if TYPE_CHECKING:
    import argparse

    from hdmf_io_core.cli.output import Output
    from hdmf_io_core.plugins.candidates import Choice
    from hdmf_io_core.storage.dtypes import ElementType
    from hdmf_io_core.storage.layout import ArrayLayout
    from hdmf_io_core.storage.protocols import StorageReader
    from hdmf_io_core.storage.walk import Visit
    from hdmf_io_core.types import JSON

__all__ = ["HELP", "NAME", "configure", "run"]

NAME = "info"
HELP = "say what a file is and how much is in it"


@dataclass(slots=True)
class _Totals:
    """Counts over a whole tree; ``data_bytes`` is before compression."""

    groups: int = 0
    arrays: int = 0
    datatypes: int = 0
    links: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    data_bytes: int = 0
    unsized: int = 0
    problems: list[str] = field(default_factory=list)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("source", metavar="SOURCE", help="path or URL")
    parser.add_argument("--backend", metavar="NAME", help="do not look for one, take this one")


def run(args: argparse.Namespace, out: Output) -> ExitCode:
    """Print the summary."""
    choice = find_backend(args.source, backend=args.backend)
    with open_io(args.source, backend=args.backend) as opened:
        storage = storage_of(opened)
        summary = _summary(storage, choice)
        totals = _count(storage)
    if out.as_json:
        out.json(summary | _totals_json(totals))
    else:
        out.line(printable(str(summary["source"])))
        out.pairs(_rows(summary, totals))
    return ExitCode.FINDINGS if totals.problems else ExitCode.OK


def _summary(storage: StorageReader, choice: Choice) -> dict[str, JSON]:
    """Return what is told without a walk through the tree."""
    root = storage.node("/")
    facts = facts_of(storage, root) if root is not None else None
    attributes = facts.attributes if facts is not None and facts.attributes else {}
    version = attributes.get("nwb_version")
    specs: dict[str, list[str]] = {}
    for namespace, spec_version in storage.specs():
        specs.setdefault(namespace, []).append(spec_version)
    ordered = {name: sorted(found, key=version_key)[::-1] for name, found in specs.items()}
    return {
        "source": storage.source,
        "backend": choice.spec.name,
        "distribution": choice.spec.distribution,
        "why": choice.why,
        "bytes": stored_bytes(storage.source),
        "type": (facts.data_type or None) if facts is not None else None,
        "namespace": (facts.namespace or None) if facts is not None else None,
        "nwb_version": str(version.value) if version is not None else None,
        "specs": ordered,
    }


def _count(storage: StorageReader) -> _Totals:
    """Walk the tree and count."""
    totals = _Totals()
    for visit in walk(storage):
        _add(totals, visit, storage)
    return totals


def _add(totals: _Totals, visit: Visit, storage: StorageReader) -> None:
    node = visit.node
    if node.link is not None:
        totals.links[node.link.kind] += 1
        totals.broken += node.kind == "missing"
    elif visit.same_as is not None:
        totals.links["hard"] += 1
    elif node.kind == "group":
        totals.groups += 1
    elif node.kind == "datatype":
        totals.datatypes += 1
    else:
        totals.arrays += 1
        facts = facts_of(storage, node)
        if facts.problem:
            totals.problems.append(facts.problem)
        elif facts.layout is not None:
            _add_bytes(totals, facts.layout)


def _add_bytes(totals: _Totals, layout: ArrayLayout) -> None:
    size = element_bytes(layout.dtype)
    if size is None:
        totals.unsized += 1
    else:
        totals.data_bytes += size * layout.n_elements


def element_bytes(element: ElementType) -> int | None:
    """Return the bytes of one element; None where elements differ, or the format decides."""
    match element:
        case NumberType(dtype=dtype) | EnumType(base=dtype):
            return dtype.itemsize
        case TextType(length=length):
            return length
        case OpaqueType(size=size):
            return size
        case ArrayType(base=base, shape=shape):
            one = element_bytes(base)
            for length in shape:
                one = None if one is None else one * length
            return one
        case CompoundType(fields=fields, itemsize=itemsize):
            sizes = [element_bytes(part.type) for part in fields]
            known = [size for size in sizes if size is not None]
            return (itemsize or sum(known)) if len(known) == len(sizes) else None
        case _:
            return None


def _totals_json(totals: _Totals) -> dict[str, JSON]:
    return {
        "groups": totals.groups,
        "arrays": totals.arrays,
        "datatypes": totals.datatypes,
        "links": {kind: totals.links[kind] for kind in ("hard", "soft", "external")},
        "broken_links": totals.broken,
        "data_bytes": totals.data_bytes,
        "arrays_of_variable_size": totals.unsized,
        "problems": list(totals.problems),
    }


def _rows(summary: dict[str, JSON], totals: _Totals) -> list[tuple[str, str]]:
    """Return the summary as names and values; what is not there is left out."""
    size = summary["bytes"]
    rows = [
        ("backend", f"{summary['backend']} ({summary['why']})"),
        ("size", human_bytes(size) if isinstance(size, int) else ""),
        ("type", _type_text(summary)),
        ("nwb version", printable(str(summary["nwb_version"] or ""))),
        ("specs", printable(_specs_text(summary["specs"]))),
        ("groups", f"{totals.groups:,}"),
        ("arrays", f"{totals.arrays:,}"),
        ("datatypes", f"{totals.datatypes:,}" if totals.datatypes else ""),
        ("links", _links_text(totals)),
        ("data", _data_text(totals)),
    ]
    rows += [("unreadable", printable(problem)) for problem in totals.problems]
    return [(name, value) for name, value in rows if value]


def _type_text(summary: dict[str, JSON]) -> str:
    if not summary["type"]:
        return "untyped"
    namespace = f" ({summary['namespace']})" if summary["namespace"] else ""
    return printable(f"{summary['type']}{namespace}")


def _specs_text(specs: JSON) -> str:
    if not isinstance(specs, dict) or not specs:
        return "none cached"
    return ", ".join(f"{name} {' '.join(versions)}" for name, versions in specs.items())


def _links_text(totals: _Totals) -> str:
    parts = [f"{count:,} {kind}" for kind, count in sorted(totals.links.items())]
    return ", ".join([*parts, f"{totals.broken:,} broken"] if totals.broken else parts)


def _data_text(totals: _Totals) -> str:
    rest = f" and {plural(totals.unsized, 'array')} of variable size" if totals.unsized else ""
    return f"{human_bytes(totals.data_bytes)} before compression{rest}"
