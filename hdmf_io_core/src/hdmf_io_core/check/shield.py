"""A check in a child process: a damaged file may kill the library that reads it, not its user."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from hdmf_io_core.check.findings import CheckReport, Finding
from hdmf_io_core.check.run import check_source
from hdmf_io_core.errors import HdmfIOError, OptionError
from hdmf_io_core.io.open import find_backend

if TYPE_CHECKING:
    from typing import IO, Any

__all__ = ["check"]

_COUNTS = ("n_nodes", "n_arrays", "n_chunks", "n_bytes")
_FAILED = 70
"""Exit status of a child that met an error of ours: EX_SOFTWARE of sysexits.h."""


def check(
    source: str,
    *,
    data: bool = False,
    backend: str | None = None,
    timeout: float | None = None,
    memory_bytes: int | None = None,
) -> CheckReport:
    """Check whether a file or store is whole, without running or following anything in it.

    Parameters
    ----------
    source : str
        Path or URL.
    data : bool
        Whether to decode every chunk too, and not the metadata alone.
    backend : str or None
        Name of a backend; None to find it.
    timeout : float or None
        Seconds after which the check is given up; None for no limit.
    memory_bytes : int or None
        Address space that the check may use, where the system can limit it; None for no limit.

    Returns
    -------
    CheckReport
        What was looked at, and what was found.

    Raises
    ------
    DispatchError, PluginError
        No backend could be chosen.
    OptionError
        A limit is not positive.

    Notes
    -----
    Reads in a process of its own. If the library of the format dies of the file, that is a finding.
    Links that leave the folder of the file are not followed.
    """
    for name, limit in (("timeout", timeout), ("memory_bytes", memory_bytes)):
        if limit is not None and limit <= 0:
            msg = f"{name}={limit!r} is not positive"
            raise OptionError(msg, hint="Leave it out for no limit.")
    report = CheckReport(source, find_backend(source, backend=backend).spec.name)
    request = {"source": source, "data": data, "backend": backend, "memory_bytes": memory_bytes}
    command = [sys.executable, "-P", "-m", "hdmf_io_core.check.shield"]
    pipe = subprocess.PIPE
    child = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", errors="replace"
    )
    try:
        told, complaint = child.communicate(json.dumps(request), timeout=timeout)
    except subprocess.TimeoutExpired:
        child.kill()
        told, _ = child.communicate()
        return _taken(report, told, f"the check took longer than {timeout:g} s")
    except BaseException:
        child.kill()
        child.wait()
        raise
    return _taken(report, told, _death(child.returncode, complaint))


def _taken(report: CheckReport, told: str, death: str) -> CheckReport:
    """Put what a child wrote into a report; the last line may be cut."""
    at = "/"
    for line in told.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            break
        if "at" in said:
            at = said["at"]
        elif "finding" in said:
            report.findings.append(Finding.from_json(said["finding"]))
        else:
            report = replace(report, **said["counts"])
    if death:
        report.findings.append(Finding("crash", at, death))
    return report


def _death(code: int, complaint: str) -> str:
    """Return how a child ended, if not well, with the last line that it complained in."""
    if code in {0, _FAILED}:
        return ""
    last = complaint.strip().rpartition("\n")[2]
    said = f" ({last})" if last else ""
    if code < 0:
        return f"reading the node killed the process: {signal.Signals(-code).name}{said}"
    return f"the process that read the node ended with status {code}{said}"


def _serve(stdin: IO[str], stdout: IO[str]) -> int:
    """Run a check as the child; every line is one JSON object."""
    request = json.load(stdin)
    _limit_memory(request["memory_bytes"])
    report = CheckReport(request["source"])
    failed = 0
    try:
        for item in check_source(
            request["source"], data=request["data"], backend=request["backend"], report=report
        ):
            said = {"at": item} if isinstance(item, str) else {"finding": item.as_json()}
            _say(stdout, said)
    except HdmfIOError as error:
        failed = _FAILED
        _say(stdout, {"finding": Finding("unreadable", error.path or "/", str(error)).as_json()})
    except MemoryError:
        failed = _FAILED
        message = "reading needs more memory than the check may use"
        _say(stdout, {"finding": Finding("limit", "/", message).as_json()})
    counts = {
        name: getattr(report, name) for name in ("n_nodes", "n_arrays", "n_chunks", "n_bytes")
    }
    _say(stdout, {"counts": counts})
    return failed


def _say(stdout: IO[str], said: dict[str, Any]) -> None:
    # Out at once: what comes next may be the last.
    stdout.write(json.dumps(said) + "\n")
    stdout.flush()


def _limit_memory(n_bytes: int | None) -> None:
    if n_bytes is None:
        return
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))


if __name__ == "__main__":
    sys.exit(_serve(sys.stdin, sys.stdout))
