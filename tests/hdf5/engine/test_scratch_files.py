"""Files in memory that answer a question about HDF5 do not get in each other's way."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from h5py import h5t

from hdmf_io_hdf5 import pluginvalues, positional

if TYPE_CHECKING:
    from collections.abc import Callable

N_THREADS = 8


def ask_positional() -> object:
    return positional.addresses_count_user_block.__wrapped__()


def ask_plugin_values() -> object:
    return pluginvalues._stored_for(1, (4,), h5t.NATIVE_INT32.encode(), (4,))


@pytest.mark.parametrize("ask", [ask_positional, ask_plugin_values])
def test_threads_may_ask_at_once(ask: Callable[[], object]) -> None:
    barrier = threading.Barrier(N_THREADS)

    def run(_: int) -> list[object]:
        barrier.wait()
        return [ask() for _ in range(20)]

    with ThreadPoolExecutor(N_THREADS) as pool:
        answers = [answer for part in pool.map(run, range(N_THREADS)) for answer in part]
    assert all(answer == answers[0] for answer in answers)
