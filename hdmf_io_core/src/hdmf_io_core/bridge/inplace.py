"""New datasets for the place of stored ones, where the stock class lets them have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hdmf_io_core.bridge.targets import Knowledge
    from hdmf_io_core.model.builders import Home
    from hdmf_io_core.storage.layout import Attribute
    from hdmf_io_core.storage.protocols import StorageReader

__all__ = ["overwritten"]


def overwritten(
    knowledge: Knowledge,
    storage: StorageReader | None,
    path: str,
    *,
    content: Any,
    attributes: Mapping[str, Attribute],
) -> tuple[Home | None, Mapping[str, Attribute]]:
    """Return the stored array that new content is written into, with its attributes then.

    None and the attributes as they are, where there is none of the content's shape, or the stock
    class does not overwrite.
    """
    if not knowledge.habits.overwrites or storage is None or not isinstance(content, np.ndarray):
        return None, attributes
    home, there = knowledge.at(path), storage.node(path)
    if home is None or there is None or there.link is not None or there.kind != "array":
        return None, attributes
    if storage.array(path).layout.shape != content.shape:
        return None, attributes
    return home, {**storage.attributes(path), **attributes}
