"""Byte flips and truncations of real files and stores, each read in a child: ``flips.py SECONDS``.

A child looks at many copies, with a limit of memory and of time for each. It may die: what the
library of the format does not survive is listed with the place and the kind of damage. An error of
ours that is not typed, a look that does not end, or one that takes more memory, is a finding.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
MEMORY_BYTES = 2 << 30
LOOK_SECONDS = 30
LARGEST_BYTES = 2 << 20
KINDS = ("flip", "zeros", "ones", "cut", "swap")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, action="append", help="more files")
    args = parser.parse_args()
    found = flipped(args.seconds, args.seed, [DATA, *(args.folder or ())])
    print(f"{found['looks']:,} damaged copies; ended by the library: {len(found['died'])}")
    for line in found["died"]:
        print("died:", *line)
    for line in found["foreign"]:
        print("FOUND:", *line)
    return 1 if found["foreign"] else 0


def flipped(seconds: float, seed: int, folders: list[Path], most: int = 1 << 30) -> dict[str, list]:
    """Damage files for a time, and return what became of those who looked at them."""
    files = sorted(
        path for folder in folders for end in ("h5", "nwb", "hdf5", "zip")
        for path in folder.rglob(f"*.{end}") if path.stat().st_size < LARGEST_BYTES
    )  # fmt: skip
    told: dict[str, list] = {"died": [], "foreign": [], "looks": 0}  # type: ignore[dict-item]
    start, number = time.monotonic(), seed
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() - start < seconds and told["looks"] < most:  # type: ignore[operator]
            number = _child(files, number, min(number + 50, seed + most), Path(folder), told)
    return told


def _child(files: list[Path], first: int, last: int, folder: Path, told: dict[str, list]) -> int:
    """Let one child look until it dies or is done; return the number that comes next."""
    request = {
        "files": [str(f) for f in files],
        "first": first,
        "last": last,
        "folder": str(folder),
    }
    command = [sys.executable, "-P", "-W", "ignore", str(Path(__file__)), "--child"]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        out, complaint = child.communicate(json.dumps(request), timeout=LOOK_SECONDS * 4)
    except subprocess.TimeoutExpired:
        child.kill()
        out, complaint = child.communicate()
        complaint = "no end"
    at, number = None, first
    for line in out.splitlines():
        said = json.loads(line)
        if "number" in said:
            at, number = said, said["number"]
            told["looks"] += 1  # type: ignore[operator]
        else:
            told["foreign"].append((said["foreign"], *_where(at)))
    if child.returncode:
        what = signal.Signals(-child.returncode).name if child.returncode < 0 else complaint[-300:]
        told["died" if child.returncode < 0 else "foreign"].append((what, *_where(at)))
    shutil.rmtree(folder / "copy", ignore_errors=True)
    return number + 1


def _where(at: dict | None) -> tuple[str, ...]:
    return (
        ("before the first",) if at is None else (at["file"], at["kind"], f"offset {at['offset']}")
    )


def damage(path: Path, number: int) -> tuple[bytes, str, int]:
    """Return a damaged copy, the kind of damage and where it begins; the number is the seed."""
    random = Random(number)
    data, kind = bytearray(path.read_bytes()), random.choice(KINDS)
    # Half of them in the first 4 KiB: there the metadata of small files are.
    end = min(len(data), 4096) if random.random() < 0.5 else len(data)
    at = random.randrange(end)
    if kind == "flip":
        data[at] ^= 1 << random.randrange(8)
    elif kind == "cut":
        del data[at:]
    elif kind == "swap":
        other = random.randrange(len(data))
        data[at : at + 8], data[other : other + 8] = data[other : other + 8], data[at : at + 8]
    else:
        length = min(random.choice((1, 2, 4, 8)), len(data) - at)
        data[at : at + length] = (b"\0" if kind == "zeros" else b"\xff") * length
    return bytes(data), kind, at


def _serve() -> None:
    import resource

    from hdmf_io_core.check.findings import CheckReport
    from hdmf_io_core.check.run import check_source
    from hdmf_io_core.errors import HdmfIOError

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    request = json.load(sys.stdin)
    files = [Path(file) for file in request["files"]]
    for number in range(request["first"], request["last"]):
        path = files[number % len(files)]
        data, kind, offset = damage(path, number)
        copy = Path(request["folder"]) / f"copy{''.join(path.suffixes[-2:])}"
        copy.write_bytes(data)
        _say({"number": number, "file": path.name, "kind": kind, "offset": offset})
        signal.alarm(LOOK_SECONDS)
        try:
            for _ in check_source(str(copy), data=True, report=CheckReport(str(copy))):
                pass
        except HdmfIOError:
            pass
        except Exception as error:
            frame = error.__traceback__
            while frame is not None and frame.tb_next is not None:
                frame = frame.tb_next
            line = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
            _say({"foreign": f"{type(error).__name__}: {error} {line}"})
        signal.alarm(0)


def _say(said: dict) -> None:
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _serve()
    else:
        sys.exit(main())
