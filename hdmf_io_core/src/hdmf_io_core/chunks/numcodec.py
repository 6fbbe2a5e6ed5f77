"""Codecs of numcodecs by name; numcodecs is imported when one is met."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hdmf_io_core.chunks.bounded import decoded
from hdmf_io_core.errors import CorruptChunkError, OptionError, UnknownCodecError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from hdmf_io_core.chunks.buffers import Take
    from hdmf_io_core.chunks.trial import Recipe
    from hdmf_io_core.storage.layout import CodecSpec

__all__ = ["NumcodecStep", "numcodec"]

_PACKAGES = {"pcodec": "pcodec", "zfpy": "zfpy", "msgpack2": "msgpack", "crc32c": "google-crc32c"}
_CHECKSUMS = frozenset({"adler32", "crc32", "crc32c", "jenkins_lookup3"})
_CHECKSUM_BYTES = 4
_OF_OBJECTS = frozenset(
    {"categorize", "json2", "msgpack2", "pickle", "vlen-array", "vlen-bytes", "vlen-utf8"}
)
"""They make objects; ``pickle`` runs what it decodes."""


@lru_cache(64)
def numcodec(spec: CodecSpec) -> Any:
    """Return the numcodecs codec of that name and configuration; equal ones are one object.

    Raises
    ------
    UnknownCodecError
        There is none of that name; the error names the package that has it, where that is known.
    OptionError
        It does not take the configuration.
    """
    import numcodecs

    try:
        # The name last: a configuration must not name another codec.
        return numcodecs.get_codec({**spec.config, "id": spec.name})
    except (TypeError, ValueError, KeyError) as error:
        if spec.name in numcodecs.registry.codec_registry:
            msg = f"the codec {spec.name!r} does not take {dict(spec.config)}: {error}"
            raise OptionError(msg) from error
        package = _PACKAGES.get(spec.name)
        msg = f"the codec {spec.name!r} is not available here"
        hint = f"Run: pip install {package}" if package else "Use zlib, zstd or blosc."
        raise UnknownCodecError(msg, hint=hint) from error


class NumcodecStep:
    """One codec of numcodecs, run in whatever thread asks.

    Raises
    ------
    UnknownCodecError, OptionError
        As :func:`numcodec`; and it is a codec of objects.
    """

    def __init__(self, spec: CodecSpec) -> None:
        if spec.name in _OF_OBJECTS:
            msg = f"the codec {spec.name!r} is one of objects, not of bytes"
            raise UnknownCodecError(msg)
        # Blosc starts threads of its own in the main thread alone, none in a worker.
        self._codec: Any = numcodec(spec)
        self._name = spec.name

    def encode(self, data: Any, recipe: Recipe | None, take: Take) -> Any:
        """Encode."""
        return self._codec.encode(data)

    def decode(self, data: npt.NDArray[np.uint8], n_bytes: int | None, most: int) -> Any:
        """Decode to no more than ``most`` bytes."""
        try:
            return decoded(self._name, self._codec, data, most)
        except CorruptChunkError:
            raise
        except Exception as error:  # each codec has errors of its own
            msg = f"{self._name} does not decode: {error}"
            raise CorruptChunkError(msg) from error

    def encoded_bytes(self, n_bytes: int) -> int | None:
        """Return how long the outcome is, where that is known beforehand."""
        return n_bytes + _CHECKSUM_BYTES if self._name in _CHECKSUMS else None
