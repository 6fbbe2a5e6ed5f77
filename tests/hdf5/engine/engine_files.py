"""Datasets of plain h5py, drawn by hypothesis, and selections of them."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from hypothesis import strategies as st

from hdmf_io_core.storage.selection import Selection

DTYPES = ["<i2", ">i2", "u1", "<i4", "<u8", ">f4", "<f8", "<f2", "<c16", "?"]


def selections(shape: tuple[int, ...]) -> st.SearchStrategy[Selection]:
    """Slices with steps, and increasing indices, axis by axis."""

    def axis(length: int) -> st.SearchStrategy[Any]:
        whole = st.just(slice(0, length, 1))
        indices = st.sets(st.integers(0, length - 1), min_size=1, max_size=6).map(
            lambda chosen: np.array(sorted(chosen), np.intp)
        )
        ends = st.tuples(st.integers(0, length - 1), st.integers(1, length), st.integers(1, 4))
        part = ends.filter(lambda e: e[0] < e[1]).map(lambda e: slice(e[0], e[1], e[2]))
        return st.one_of(whole, part, indices)

    return st.tuples(*(axis(length) for length in shape)).map(Selection)


def chosen_of(array: Any, selection: Selection) -> Any:
    for place, axis in enumerate(selection.axes):
        array = array[(*(slice(None),) * place, axis)]
    return array


@st.composite
def stored_arrays(draw: Any) -> dict[str, Any]:
    """What a dataset of plain h5py is made of."""
    shape = tuple(draw(st.lists(st.integers(1, 9), min_size=1, max_size=5)))
    chunks = tuple(draw(st.integers(1, length)) for length in shape)
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    options: dict[str, Any] = {"shuffle": draw(st.booleans()), "fletcher32": draw(st.booleans())}
    level = draw(st.sampled_from([None, 0, 1, 4, 9]))
    if level is not None:
        options |= {"compression": "gzip", "compression_opts": level}
    if draw(st.booleans()):
        options["fillvalue"] = np.array(draw(st.integers(0, 100))).astype(dtype)
    seed = draw(st.integers(0, 99))
    raw = np.random.default_rng(seed).integers(0, 120, shape)
    return {
        "shape": shape,
        "chunks": chunks,
        "values": raw.astype(dtype),
        "options": options,
        "userblock": draw(st.sampled_from([0, 0, 512])),
        "libver": draw(st.sampled_from(["earliest", "latest"])),
        # Chunks before this row are never written.
        "first_row": draw(st.integers(0, shape[0] - 1)),
    }


def make_file(path: Path, made: dict[str, Any]) -> None:
    with h5py.File(path, "w", userblock_size=made["userblock"], libver=made["libver"]) as file:
        dataset = file.create_dataset(
            "x",
            made["shape"],
            made["values"].dtype,
            chunks=made["chunks"],
            maxshape=(None,) * len(made["shape"]),
            **made["options"],
        )
        dataset[made["first_row"] :] = made["values"][made["first_row"] :]
