"""HDF5 filter pipelines and the codecs of core, both ways; and h5py's options as codecs.

Codec names: ``shuffle``, ``zlib`` (HDF5's deflate) and ``fletcher32`` are those of numcodecs, any
other filter is ``hdf5:<number>`` with its parameters as HDF5 keeps them, so that it survives a copy
even where its plugin is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from h5py import h5p, h5z

from hdmf_io_core.errors import OptionError, UnknownCodecError
from hdmf_io_core.storage.layout import CodecSpec
from hdmf_io_hdf5.knownfilters import unknown_filter
from hdmf_io_hdf5.plugincodecs import core_codec, kept_codec

if TYPE_CHECKING:
    from hdmf_io_core.types import JSON

__all__ = [
    "Compression",
    "add_filters",
    "codecs_from_options",
    "filter_number",
    "missing_filter",
    "pipeline",
]

Compression: TypeAlias = "str | int | bool | Mapping[str, Any] | None"
"""As in h5py: ``"gzip"``, ``"lzf"``, ``"szip"``, a level, a number, or an hdf5plugin object."""

_SZIP_RAW_OPTION_MASK = 128
_CONFIG_KEYS = {"values", "flags", "name"}


def pipeline(dcpl: h5p.PropDCID) -> tuple[CodecSpec, ...]:
    """Return the codecs of a creation list, in the order of encoding."""
    return tuple(_codec(*dcpl.get_filter(i)) for i in range(dcpl.get_nfilters()))


def add_filters(dcpl: h5p.PropDCID, codecs: Sequence[CodecSpec]) -> None:
    """Add codecs to a creation list, in order.

    A filter whose plugin is missing is set as optional, the only way in which HDF5 makes such an
    array; its chunks can then be copied undecoded.

    Raises
    ------
    UnknownCodecError
        The codec has no HDF5 filter.
    """
    for codec in codecs:
        number = filter_number(codec)
        if codec.name == "shuffle":
            dcpl.set_shuffle()
        elif codec.name == "zlib":
            dcpl.set_deflate(_level(codec.config.get("level", 4)))
        elif codec.name == "fletcher32":
            dcpl.set_fletcher32()
        else:
            flags, values = _parameters(codec)
            if not h5z.filter_avail(number):
                flags |= h5z.FLAG_OPTIONAL
            dcpl.set_filter(number, flags, values)


def filter_number(codec: CodecSpec) -> int:
    """Return the number of the filter that a codec is.

    Raises
    ------
    UnknownCodecError
        The codec has no HDF5 filter.
    """
    standard = {"zlib": 1, "shuffle": 2, "fletcher32": 3}.get(codec.name)
    if standard is not None:
        return standard
    backend, _, number = codec.name.partition(":")
    if backend != "hdf5" or not number.isdecimal():
        msg = f"the codec {codec.name!r} has no HDF5 filter"
        raise UnknownCodecError(
            msg,
            hint="Write with gzip, or with a filter of the package hdf5plugin.",
        )
    return int(number)


def missing_filter(codecs: Sequence[CodecSpec], *, encoding: bool = False) -> int | None:
    """Return the number of the first filter that cannot run here; None if all can."""
    for codec in codecs:
        number = filter_number(codec)
        if not h5z.filter_avail(number):
            return number
        needed = h5z.FILTER_CONFIG_ENCODE_ENABLED if encoding else h5z.FILTER_CONFIG_DECODE_ENABLED
        if not h5z.get_filter_info(number) & needed:
            return number
    return None


def codecs_from_options(
    *,
    itemsize: int,
    compression: Compression = None,
    compression_opts: object = None,
    shuffle: bool = False,
    fletcher32: bool = False,
    scaleoffset: int | bool | None = None,
    allow_plugin_filters: bool = False,
    is_plain: bool = False,
    is_float: bool = False,
) -> tuple[CodecSpec, ...]:
    """Return the codecs that h5py's dataset options ask for, in h5py's order.

    Parameters
    ----------
    itemsize
        Bytes of an element, for shuffle.
    compression
        ``"gzip"`` or True, ``"lzf"``, ``"szip"``, a gzip level 0-9, the number of another filter,
        or a mapping such as the objects of hdf5plugin are.
    compression_opts
        gzip: the level, 4 unless told. szip: ``(coding, pixels)``. Others: a sequence of integers.
    shuffle, fletcher32
        Whether to add these filters.
    scaleoffset
        Integers: bits to keep, 0 or True for as many as needed; floats: decimal digits to keep.
    allow_plugin_filters
        Whether a filter may be asked for whose plugin is missing here.
    is_plain
        Whether chunks may be encoded here, where core has the codec of a missing plugin.
    is_float
        Whether elements are floating point, for scaleoffset.

    Raises
    ------
    OptionError
        A value that HDF5 would not take.
    UnknownCodecError
        The filter is not available for encoding.
    """
    codecs: list[CodecSpec] = []
    if scaleoffset is not None and scaleoffset is not False:
        codecs.append(_scaleoffset(scaleoffset, compression, is_float=is_float))
        if fletcher32:
            msg = "scaleoffset changes the values, fletcher32 cannot follow it"
            raise OptionError(msg)
    if shuffle:
        codecs.append(CodecSpec("shuffle", {"elementsize": itemsize}))
    if isinstance(compression, Mapping):
        compression, compression_opts = _unpacked(compression, compression_opts)
    if compression is not None and compression is not False:
        codecs.append(_compressor(compression, compression_opts))
    elif compression_opts is not None:
        msg = "compression_opts needs compression"
        raise OptionError(msg, hint="Pass compression='gzip'.")
    if fletcher32:
        codecs.append(CodecSpec("fletcher32"))
    left = [c for c in codecs if not is_plain or core_codec(kept_codec(c, itemsize, 0)) is None]
    missing = missing_filter(left, encoding=True)
    if missing is not None and not allow_plugin_filters:
        raise unknown_filter(missing)
    return tuple(codecs)


def _codec(number: int, flags: int, values: Sequence[int], name: bytes) -> CodecSpec:
    if number == h5z.FILTER_DEFLATE and values:
        return CodecSpec("zlib", {"level": int(values[0])})
    if number == h5z.FILTER_SHUFFLE and values:
        return CodecSpec("shuffle", {"elementsize": int(values[0])})
    if number == h5z.FILTER_FLETCHER32:
        return CodecSpec("fletcher32")
    config: dict[str, JSON] = {
        "values": [int(value) for value in values],
        "flags": int(flags),
        "name": name.decode("utf-8", "replace"),
    }
    return CodecSpec(f"hdf5:{number}", config)


def _parameters(codec: CodecSpec) -> tuple[int, tuple[int, ...]]:
    unknown = set(codec.config) - _CONFIG_KEYS
    values, flags = codec.config.get("values", ()), codec.config.get("flags", 0)
    if unknown or not isinstance(flags, int) or not isinstance(values, Sequence):
        msg = f"the config {dict(codec.config)} of {codec.name} is not that of an HDF5 filter"
        raise OptionError(
            msg,
            hint="It has 'values', a list of integers, and may have 'flags' and 'name'.",
        )
    return flags, _integers(values)


def _integers(values: Sequence[Any]) -> tuple[int, ...]:
    for value in values:
        if not isinstance(value, int) or not 0 <= value < 2**32:
            msg = f"the filter parameter {value!r} is not an unsigned 32-bit integer"
            raise OptionError(
                msg,
                hint="Pass compression_opts as a tuple of integers.",
            )
    return tuple(values)


def _unpacked(compression: Mapping[str, Any], opts: object) -> tuple[Any, object]:
    if opts is not None:
        msg = "compression_opts is given twice, by itself and inside compression"
        raise OptionError(msg)
    if "compression" not in compression:
        msg = f"compression={dict(compression)} has no key 'compression'"
        raise OptionError(msg)
    return compression["compression"], compression.get("compression_opts")


def _compressor(compression: Compression, opts: object) -> CodecSpec:
    if compression is True or compression == "gzip":
        return CodecSpec("zlib", {"level": _level(4 if opts is None else opts)})
    if compression == "lzf":
        if opts is not None:
            msg = f"lzf takes no compression_opts, not {opts!r}"
            raise OptionError(msg)
        return _plugin(h5z.FILTER_LZF, (), "lzf", h5z.FLAG_OPTIONAL)
    if compression == "szip":
        return _szip(opts)
    if isinstance(compression, int) and 0 <= compression <= 9:
        if opts is not None:
            msg = f"compression={compression} is a gzip level: drop compression_opts"
            raise OptionError(msg)
        return CodecSpec("zlib", {"level": compression})
    if isinstance(compression, int) and 10 <= compression < 2**16:
        values = () if opts is None else opts
        if isinstance(values, str | bytes) or not isinstance(values, Sequence):
            msg = f"compression_opts={opts!r} of filter {compression} is no sequence"
            raise OptionError(msg)
        return _plugin(compression, _integers(values), "", h5z.FLAG_OPTIONAL)
    msg = f"compression={compression!r} is unknown"
    raise OptionError(
        msg,
        hint="Use 'gzip', 'lzf', 'szip', a level 0-9, a filter number or an hdf5plugin object.",
    )


def _plugin(number: int, values: tuple[int, ...], name: str, flags: int) -> CodecSpec:
    return CodecSpec(f"hdf5:{number}", {"values": list(values), "flags": flags, "name": name})


def _szip(opts: object) -> CodecSpec:
    # H5Pset_szip adds these two to whatever is asked.
    always = h5z.SZIP_ALLOW_K13_OPTION_MASK | _SZIP_RAW_OPTION_MASK
    masks = {"ec": h5z.SZIP_EC_OPTION_MASK | always, "nn": h5z.SZIP_NN_OPTION_MASK | always}
    match ("nn", 8) if opts is None else opts:
        case (("ec" | "nn") as coding, int(pixels)) if pixels in range(2, 33, 2):
            return _plugin(h5z.FILTER_SZIP, (masks[coding], pixels), "", h5z.FLAG_OPTIONAL)
    msg = f"compression_opts={opts!r} is not for szip"
    raise OptionError(
        msg,
        hint="Use ('ec' or 'nn', an even number of pixels from 2 to 32).",
    )


def _scaleoffset(value: object, compression: Compression, *, is_float: bool) -> CodecSpec:
    if not isinstance(value, int) or value < 0 or (is_float and value is True):
        msg = f"scaleoffset={value!r} cannot be used"
        raise OptionError(
            msg,
            hint="Give bits to keep for integers (True: as many as needed), digits for floats.",
        )
    if compression == "szip":
        msg = "scaleoffset and szip cannot be combined"
        raise OptionError(msg)
    if is_float:
        return _plugin(h5z.FILTER_SCALEOFFSET, (h5z.SO_FLOAT_DSCALE, value), "", h5z.FLAG_OPTIONAL)
    bits = h5z.SO_INT_MINBITS_DEFAULT if value is True else value
    return _plugin(h5z.FILTER_SCALEOFFSET, (h5z.SO_INT, bits), "", h5z.FLAG_OPTIONAL)


def _level(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 9:
        msg = f"the gzip level {value!r} is not a whole number from 0 to 9"
        raise OptionError(
            msg,
            hint="Use compression_opts=4, or leave it out.",
        )
    return value
