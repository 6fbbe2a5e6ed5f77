"""Where two trees differ that ``telling`` gave."""

from typing import Any


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """Return the places where two values of JSON differ, with both values."""
    if isinstance(left, dict) and isinstance(right, dict):
        found = [f"{path}/{name}: only left" for name in left.keys() - right.keys()]
        found += [f"{path}/{name}: only right" for name in right.keys() - left.keys()]
        for name in left.keys() & right.keys():
            found += differences(left[name], right[name], f"{path}/{name}")
        return sorted(found)
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return [d for i, (one, other) in pairs for d in differences(one, other, f"{path}[{i}]")]
    if left == right and type(left) is type(right):
        return []
    return [f"{path}: {left!r} != {right!r}"]
