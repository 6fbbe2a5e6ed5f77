"""The differences between a Zarr store and its copy that the page on conversion lists."""

import json
from collections.abc import Callable, Collection
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One line of ``zarrdiff.differences``."""

    path: str
    what: str
    left: Any
    right: Any


def _marker(d: Difference) -> bool:
    plain = {"int": "int64", "float": "float64", "<i8": "int64", "<f8": "float64"}
    return d.what in {"attribute zarr_dtype", "attribute _DTYPE"} and plain.get(d.left) == d.right


def _hint(d: Difference) -> bool:
    return d.what == "attribute _hdmf_io" and d.left is None


def _specifications(d: Difference) -> bool:
    whats = {"attribute _DTYPE", "meta filters", "meta compressor"}
    return d.path.startswith("/specifications/") and d.what in whats


def _ascii(d: Difference) -> bool:
    if d.what == "attribute zarr_dtype":
        return (d.left, d.right) == ("bytes", "str")
    return d.what == "meta filters" and (_ids(d.left), _ids(d.right)) == (
        ["vlen-bytes"],
        ["vlen-utf8"],
    )


def _pickle(d: Difference) -> bool:
    if d.what == "meta filters":
        return _ids(d.left) == ["pickle"] and _ids(d.right) == ["json2"]
    # Records with references: the pickled fill value goes with the dtype that it was for.
    return (d.what, d.left) == ("meta fill_value", "gAVLAC4=") or (
        d.what == "meta dtype" and isinstance(d.left, list) and d.right == "|O"
    )


def _reference(d: Difference) -> bool:
    if not d.what.startswith("attribute ") or not isinstance(d.left, dict):
        return False
    left, right = d.left.get("value"), (d.right or {}).get("value")
    if not isinstance(left, dict) or not isinstance(right, dict):
        return False
    return left["object_id"] is None and {**left, "object_id": right["object_id"]} == right


def _separator(d: Difference) -> bool:
    return (d.what, d.left, d.right) == ("meta dimension_separator", ".", None)


def _ids(filters: Any) -> list[str]:
    return [entry["id"] for entry in filters or ()]


ACCEPTED: dict[str, Callable[[Difference], bool]] = {
    "names of number types": _marker,
    "hints": _hint,
    "cached specifications": _specifications,
    "ASCII text of format 2": _ascii,
    "pickles": _pickle,
    "object ids in references": _reference,
    "default key separator": _separator,
}
"""By the first column of the page's table."""


def refused(lines: Collection[str], lost: Collection[str]) -> list[str]:
    """Return the differences that neither the table nor a loss of this path accounts for."""
    return [line for line in lines if not _is_accepted(_parsed(line), lost)]


def _is_accepted(difference: Difference, lost: Collection[str]) -> bool:
    if any(rule(difference) for rule in ACCEPTED.values()):
        return True
    return difference.path in lost and difference.what in {"meta compressor", "meta codecs"}


def _parsed(line: str) -> Difference:
    path, what, *values = line.split(": ", 2)
    if not values:
        return Difference(path, what, None, None)
    left, _, right = values[0].partition(" != ")
    return Difference(path, what, _value(left), _value(right))


def _value(text: str) -> Any:
    return None if text == "None" else json.loads(text)
