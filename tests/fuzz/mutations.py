"""Damage done to inputs that parse: to their bytes, and to the values of JSON."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

DEEP = "[" * 100_000
NASTY: list[Any] = [
    None, True, False, 0, 1, -1, 2, 31, 65,
    2**31, 2**40, 2**63, -(2**63), 2**64, 10**30, 0.5, 1e308,
    float("nan"), float("inf"), "", ".", "..", "/", "../../../etc/passwd", "a/b", "\0", "\ud800",
    "é", "<i4", "|O", "<U5", "|S0", "<M8[s]", "|V0", "float64", "string", "object", "pickle",
    "zlib", "vlen-utf8", "sharding_indexed", "transpose", "NaN", "0x7fc0", "x" * 5000, "[[[[[[[[",
    [], {}, [[]], [1], [1, 2, 3], [0] * 70, ["a"], [None], {"": None}, {"path": "/x"},
    {"_REFERENCE": {"path": "/x"}}, {"name": "bytes"}, {"id": "zlib"}, {"configuration": []},
]  # fmt: skip


def damaged(data: bytes, random: Random) -> bytes:
    """Return data with bytes changed, cut out, doubled or put in."""
    made = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(made) + 1)
        kind = random.randrange(5)
        if kind == 0 and at < len(made):
            made[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            made[at : at + 4] = random.choice((b"\xff", b"\0", b"\x7f", b"\x80")) * 4
        elif kind == 2:
            del made[at : at + random.randint(1, 16)]
        elif kind == 3:
            made[at:at] = made[at : at + random.randint(1, 16)]
        else:
            made[at : at + 8] = random.choice((1, 2**31, 2**32 - 1, 2**62)).to_bytes(8, "little")
    return bytes(made)


def perverted(data: bytes, random: Random) -> bytes:
    """Return a JSON document with values replaced, removed or moved; others as :func:`damaged`."""
    try:
        document = json.loads(data)
    except (RecursionError, ValueError):
        return damaged(data, random)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        places = list(_places(document))
        if not places:
            return damaged(data, random)
        holder, key = random.choice(places)
        kind = random.randrange(8)
        if kind == 0:
            del holder[key]
        elif kind == 1:
            other, name = random.choice(places)
            holder[key] = json.loads(json.dumps(other[name]))
        elif kind == 2 and isinstance(holder, dict):
            holder[str(random.choice(NASTY))[:5000]] = holder.pop(key)
        elif kind == 3:
            holder[key] = [deepcopy(holder[key]) for _ in range(random.choice((1, 2, 70)))]
        else:
            holder[key] = deepcopy(random.choice(NASTY))
    text = json.dumps(document)
    if not random.randrange(100):
        text = text.replace("null", DEEP, 1)
    if not random.randrange(50):
        text = text.replace("null", "[" * 400 + "]" * 400, 1)
    return text.encode("utf-8", "surrogatepass")


def _places(value: Any) -> Any:
    """Yield each container of a document with each of its keys."""
    stack = [value]
    while stack:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], (dict, list)):
                stack.append(holder[key])
