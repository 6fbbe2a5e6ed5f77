"""The peer: hdmf-zarr in a process of its own, under its own interpreter."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
INTERPRETER = "HDMF_IO_ZARR_PEER"


class PeerError(Exception):
    """What the peer raised: its type and text."""


class Peer:
    """One running worker.

    Parameters
    ----------
    interpreter
        Path of the Python that has hdmf-zarr, pynwb and hdmf.
    log
        File that takes what the worker prints.
    """

    def __init__(self, interpreter: str, log: Path) -> None:
        self._log = log.open("w", encoding="utf-8")
        # Without the switch numcodecs refuses what hdmf-zarr 0.13 itself has pickled.
        allowed = {
            **os.environ,
            "NUMCODECS_ALLOW_UNSAFE_PICKLE_DECODE": "1",
            "PYTHONPATH": os.fspath(HERE.parent),
        }
        self._process = subprocess.Popen(
            [interpreter, str(HERE / "peer" / "worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=allowed,
        )
        versions = self._ask("versions")
        self.zarr_format = 2 if versions["zarr"].startswith("2.") else 3
        self.formats_read = (2,) if self.zarr_format == 2 else (3, 2)

    def make(self, name: str, path: Path) -> Path:
        """Let it write a store of ``making.MAKERS``."""
        self._ask("make", name=name, path=str(path))
        return path

    def builders(self, path: Path, *, nwb: bool) -> dict[str, Any]:
        """Return what its builder reader finds in a file or store."""
        found: dict[str, Any] = self._ask("builders", path=str(path), nwb=nwb)
        return found

    def containers(self, path: Path, *, nwb: bool) -> dict[str, Any]:
        """Return what its containers hold."""
        found: dict[str, Any] = self._ask("containers", path=str(path), nwb=nwb)
        return found

    def _ask(self, command: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"command": command, **arguments}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise PeerError("the peer has ended", Path(self._log.name).read_text("utf-8"))
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(*answer["error"])
        return answer["result"]

    def close(self) -> None:
        """End the worker."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait(30)
        self._log.close()
