"""The few hdmf-common types that the light model writes, described in our own words.

Stock hdmf loads what is cached in a file; a file of plain containers carries just these.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hdmf_io_core.storage.layout import SpecDocuments
    from hdmf_io_core.types import JSON

__all__ = ["HDMF_COMMON", "MINIMAL_TYPES", "minimal_hdmf_common"]

HDMF_COMMON: Final = "hdmf-common"
MINIMAL_TYPES: Final[frozenset[str | None]] = frozenset(
    {"Container", "Data", "SimpleMultiContainer"}
)
"""What :func:`minimal_hdmf_common` describes."""
_VERSION: Final = "1.8.0"
"""The first version of hdmf-common by which all three types are as described here."""

_NAMESPACE: Final[JSON] = {
    "namespaces": [
        {
            "name": HDMF_COMMON,
            "version": _VERSION,
            "doc": "The types of hdmf-common that plain containers and data are stored as",
            "full_name": "HDMF Common",
            "author": ["The hdmf-io developers"],
            "contact": ["hdmf-io"],
            "schema": [{"source": "base"}],
        }
    ]
}
_BASE: Final[JSON] = {
    "datasets": [
        {"data_type_def": "Data", "doc": "An array or a scalar with attributes of its own."}
    ],
    "groups": [
        {"data_type_def": "Container", "doc": "A group that belongs to a type."},
        {
            "data_type_def": "SimpleMultiContainer",
            "data_type_inc": "Container",
            "doc": "A group of any number of containers and data.",
            "datasets": [{"data_type_inc": "Data", "quantity": "*", "doc": "Data held here."}],
            "groups": [
                {"data_type_inc": "Container", "quantity": "*", "doc": "Containers held here."}
            ],
        },
    ],
}


def minimal_hdmf_common() -> SpecDocuments:
    """Return the documents to cache in a file of plain containers."""
    texts = {"namespace": _NAMESPACE, "base": _BASE}
    compact = {name: json.dumps(text, separators=(",", ":")) for name, text in texts.items()}
    return {(HDMF_COMMON, _VERSION): compact}
