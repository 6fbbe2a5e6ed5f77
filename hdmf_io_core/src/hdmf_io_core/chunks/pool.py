"""The threads of an IO: bounded bytes in flight, results in order, nothing left behind on errors.

Only the thread that opens a window submits to it; a worker that would, runs the job itself, since
one that waits for another worker could wait for ever.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Generic, TypeVar

from hdmf_io_core.errors import ClosedIOError, OptionError
from hdmf_io_core.storage.forking import renewed_after_fork

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["IN_CALLER", "IN_FLIGHT_BYTES", "Window", "WorkerPool", "usable_cores"]

T = TypeVar("T")

IN_FLIGHT_BYTES = 64 << 20
_JOBS_A_WORKER = 3
_inside = threading.local()


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


class WorkerPool:
    """Worker threads, started when there is work.

    Parameters
    ----------
    workers : int or None
        How many; 1 works in the calling thread. None for the cores that this process may use.
    in_flight_bytes : int or None
        How many bytes jobs may hold that are not consumed yet, over all windows; a window may hold
        one job beyond it. None for 64 MiB.

    Raises
    ------
    OptionError
        If a number is not a whole number of at least 1.
    """

    def __init__(self, workers: int | None = None, in_flight_bytes: int | None = None) -> None:
        self._workers = _positive("workers", workers, usable_cores())
        self._limit = _positive("in_flight_bytes", in_flight_bytes, IN_FLIGHT_BYTES)
        self._lock = threading.Lock()
        self._bytes = 0
        self._most_bytes = 0
        self._executor: ThreadPoolExecutor | None = None
        self._is_closed = False
        renewed_after_fork(self)

    def renew(self) -> None:
        """Forget the threads, which a forked child has not, and what they held."""
        self._lock = threading.Lock()
        self._bytes = 0
        self._executor = None

    @property
    def workers(self) -> int:
        """How many threads work."""
        return self._workers

    @property
    def in_flight_bytes(self) -> int:
        """Upper bound of the bytes in flight."""
        return self._limit

    @property
    def most_bytes(self) -> int:
        """The most bytes that were in flight at once until now."""
        return self._most_bytes

    def window(self, consume: Callable[[T], object]) -> Window[T]:
        """Return a window of jobs; ``consume`` gets each result, in order, in this thread.

        Raises
        ------
        ClosedIOError
            If the pool is closed.
        """
        if self._is_closed:
            msg = "the workers have stopped: the IO is closed"
            raise ClosedIOError(msg, hint="Open the file again.")
        return Window(self, consume)

    def close(self) -> None:
        """Let running jobs end, start no other, and stop the threads; a second call does nothing.

        A window that another thread has open finishes in that thread.
        """
        with self._lock:
            executor, self._executor = self._executor, None
            self._is_closed = True
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=False)

    def _start(self, run: Callable[[], T]) -> Future[T] | None:
        """Hand a job to a worker; None if this thread should run it."""
        if self._workers == 1 or getattr(_inside, "is_worker", False):
            return None
        with self._lock:
            if self._is_closed:
                return None
            if self._executor is None:
                self._executor = ThreadPoolExecutor(
                    self._workers, "hdmf-io", initializer=_mark_worker
                )
            return self._executor.submit(run)

    def _reserve(self, n_bytes: int, *, anyway: bool) -> bool:
        with self._lock:
            if not anyway and self._bytes + n_bytes > self._limit:
                return False
            self._bytes += n_bytes
            self._most_bytes = max(self._most_bytes, self._bytes)
            return True

    def _release(self, n_bytes: int) -> None:
        with self._lock:
            self._bytes -= n_bytes


class Window(Generic[T]):
    """Jobs of one task, in order. Use it in a ``with`` statement, from one thread.

    Leaving it waits for all jobs and consumes their results; leaving it by an exception cancels
    what has not begun, and waits for what has.
    """

    def __init__(self, pool: WorkerPool, consume: Callable[[T], object]) -> None:
        self._pool = pool
        self._consume = consume
        self._waiting: deque[tuple[Future[T], int]] = deque()

    def submit(self, run: Callable[[], T], n_bytes: int) -> None:
        """Start a job as soon as there is room for it; consumes what is ready.

        Parameters
        ----------
        run
            The job. It must not use this pool, nor wait for a lock that the caller may hold.
        n_bytes : int
            What it holds until its result is consumed.

        Raises
        ------
        BaseException
            Whatever an earlier job, or ``consume``, raised.
        """
        while self._waiting and self._waiting[0][0].done():
            self._take()
        while len(self._waiting) >= _JOBS_A_WORKER * self._pool.workers:
            self._take()
        while not self._pool._reserve(n_bytes, anyway=not self._waiting):
            self._take()
        try:
            future = self._pool._start(run)
        except BaseException:
            self._pool._release(n_bytes)
            raise
        if future is not None:
            self._waiting.append((future, n_bytes))
            return
        try:
            self.drain()  # If the pool was closed meanwhile there are earlier ones.
            self._consume(run())
        finally:
            self._pool._release(n_bytes)

    def drain(self) -> None:
        """Wait for all jobs and consume their results."""
        while self._waiting:
            self._take()

    def _take(self) -> None:
        future, n_bytes = self._waiting[0]
        try:
            result = future.result()
        finally:
            # An interrupted wait leaves the job where `cancel` finds it.
            if future.done():
                self._waiting.popleft()
                self._pool._release(n_bytes)
        self._consume(result)

    def cancel(self) -> None:
        """Cancel what has not begun, and wait for what has; no result is consumed."""
        waiting, self._waiting = list(self._waiting), deque()
        for future, _ in waiting:
            future.cancel()
        try:
            wait([future for future, _ in waiting])
        finally:
            for _, n_bytes in waiting:
                self._pool._release(n_bytes)

    def __enter__(self) -> Window[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(self.cancel)
            if kind is None:
                self.drain()


def _mark_worker() -> None:
    _inside.is_worker = True


def _positive(name: str, value: object, default: int) -> int:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        msg = f"{name} is {value!r}, not a whole number of at least 1"
        raise OptionError(msg, hint="Leave it away for the default.")
    return value


IN_CALLER = WorkerPool(1, IN_FLIGHT_BYTES)
"""No workers: whoever uses it works; never closed."""
