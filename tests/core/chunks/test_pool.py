"""Workers give results in order, hold bounded bytes, stop at the first error, and leave nothing."""

import os
import threading
from typing import Any, Never

import pytest

from hdmf_io_core.chunks.pool import WorkerPool, usable_cores
from hdmf_io_core.errors import ClosedIOError, OptionError


def workers_alive() -> int:
    return sum(thread.name.startswith("hdmf-io") for thread in threading.enumerate())


@pytest.fixture
def pool() -> Any:
    before = workers_alive()
    made = WorkerPool(3, 100)
    yield made
    made.close()
    assert workers_alive() == before


def test_results_come_in_order_whoever_is_first(pool: WorkerPool) -> None:
    last_began = threading.Event()
    got: list[int] = []

    def first() -> int:
        last_began.wait(30)
        return 0

    def last() -> int:
        last_began.set()
        return 2

    with pool.window(got.append) as window:
        for job in (first, lambda: 1, last):
            window.submit(job, 1)
    assert got == [0, 1, 2]


def test_workers_work_at_once(pool: WorkerPool) -> None:
    barrier = threading.Barrier(3, timeout=30)
    names: set[str] = set()

    def meet() -> str:
        barrier.wait()
        return threading.current_thread().name

    with pool.window(names.add) as window:
        for _ in range(3):
            window.submit(meet, 1)
    assert len(names) == 3


@pytest.mark.parametrize("size", [1, 30, 50, 99, 500])
def test_bytes_in_flight_are_bounded(pool: WorkerPool, size: int) -> None:
    done: list[int] = []
    with pool.window(done.append) as window:
        for i in range(50):
            window.submit(lambda i=i: i, size)
    assert done == list(range(50))
    assert pool.most_bytes <= max(100, size)
    assert pool._bytes == 0


def test_windows_of_several_threads_share_the_bound(pool: WorkerPool) -> None:
    barrier = threading.Barrier(4, timeout=30)
    sums: list[int] = []

    def work() -> None:
        got: list[int] = []
        barrier.wait()
        with pool.window(got.append) as window:
            for i in range(100):
                window.submit(lambda i=i: i, 40)
        assert got == list(range(100))
        sums.append(sum(got))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sums == [4950] * 4
    # Each window may hold one job beyond the bound, or none would get on.
    assert pool.most_bytes <= 100 + 4 * 40


def test_the_first_error_cancels_the_rest(pool: WorkerPool) -> None:
    ran: list[int] = []
    got: list[Any] = []

    def fail() -> Never:
        msg = "first"
        raise ValueError(msg)

    def run_all() -> None:
        with pool.window(got.append) as window:
            window.submit(lambda: "before", 1)
            window.submit(fail, 1)
            for i in range(1000):
                window.submit(lambda i=i: ran.append(i), 30)

    with pytest.raises(ValueError, match="first"):
        run_all()
    assert got == ["before"]
    assert len(ran) < 20
    assert pool._bytes == 0


def test_a_consumer_that_fails_cancels_the_rest(pool: WorkerPool) -> None:
    ran: list[int] = []

    def consume(value: int) -> None:
        if value == 3:
            msg = "disk"
            raise OSError(msg)

    def run_all() -> None:
        with pool.window(consume) as window:
            for i in range(1000):
                window.submit(lambda i=i: ran.append(i) or i, 30)

    with pytest.raises(OSError, match="disk"):
        run_all()
    assert len(ran) < 30
    assert pool._bytes == 0


def test_nothing_runs_on_after_an_interrupt(pool: WorkerPool) -> None:
    began, proceed = threading.Event(), threading.Event()
    finished: list[int] = []

    def slow() -> None:
        began.set()
        proceed.wait(30)
        finished.append(1)

    def interrupted() -> None:
        with pool.window(lambda _: None) as window:
            for _ in range(3):
                window.submit(slow, 1)
            window.submit(lambda: finished.append(99), 1)
            began.wait(30)
            threading.Timer(0.01, proceed.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    # What ran was waited for, what had not begun was cancelled.
    assert finished == [1] * 3 or finished == [1, 1, 1, 99]
    assert pool._bytes == 0


def test_one_worker_is_the_calling_thread() -> None:
    pool = WorkerPool(1)
    before = workers_alive()
    seen: list[Any] = []
    with pool.window(seen.append) as window:
        window.submit(threading.current_thread, 1)
    assert seen == [threading.current_thread()]
    assert workers_alive() == before
    pool.close()


def test_a_worker_that_uses_the_pool_runs_the_job_itself(pool: WorkerPool) -> None:
    names: list[Any] = []

    def nested() -> bool:
        inner: list[str] = []
        with pool.window(inner.append) as window:
            window.submit(lambda: threading.current_thread().name, 1)
        return inner == [threading.current_thread().name]

    with pool.window(names.append) as window:
        for _ in range(9):
            window.submit(nested, 1)
    assert names == [True] * 9


def test_no_thread_before_there_is_work(pool: WorkerPool) -> None:
    before = workers_alive()
    with pool.window(lambda _: None):
        pass
    assert workers_alive() == before


def test_a_closed_pool_takes_no_work() -> None:
    pool = WorkerPool(2)
    with pool.window(lambda _: None) as window:
        window.submit(int, 1)
        pool.close()
        pool.close()
        got: list[int] = []
        window.submit(lambda: got.append(1), 1)
    assert got == [1]
    with pytest.raises(ClosedIOError):
        pool.window(lambda _: None)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_forked_child_starts_threads_of_its_own() -> None:
    code = (
        "import os, sys, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "from hdmf_io_core.chunks.pool import WorkerPool\n"
        "pool = WorkerPool(2)\n"
        "def run():\n"
        "    got = []\n"
        "    with pool.window(got.append) as window:\n"
        "        for i in range(9): window.submit(lambda i=i: i, 1)\n"
        "    assert got == list(range(9))\n"
        "run()\n"
        "child = os.fork()\n"
        "run()\n"
        "if child == 0: os._exit(0)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    import subprocess
    import sys

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("options", [(0,), (-1,), (True,), (1.5,), ("2",), (2, 0)])
def test_numbers_that_make_no_sense_are_refused(options: Any) -> None:
    with pytest.raises(OptionError):
        WorkerPool(*options)


def test_the_default_is_what_the_process_may_use() -> None:
    assert WorkerPool().workers == usable_cores()
    assert WorkerPool().in_flight_bytes == 64 << 20
