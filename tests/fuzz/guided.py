"""Coverage-guided fuzzing of the targets with atheris: ``guided.py SECONDS [TARGET ...]``.

Each target runs in a process of its own, with a limit of memory and of time for one input. What it
finds is left in ``--artifacts``, one file an input; exit status 1 then.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
MEMORY_MIB = 4096
INPUT_SECONDS = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=int, help="for each target")
    parser.add_argument("targets", nargs="*", help="default: all")
    parser.add_argument("--artifacts", type=Path, default=Path("fuzz-artifacts"))
    args = parser.parse_args()
    sys.path.insert(0, str(HERE))
    from targets import TARGETS

    failed = [name for name in args.targets or TARGETS if not _fuzzed(name, args)]
    print(f"failed: {', '.join(failed)}" if failed else "nothing found")
    return 1 if failed else 0


def _fuzzed(name: str, args: argparse.Namespace) -> bool:
    """Fuzz one target; tell what it came to, and return whether nothing was found."""
    folder = args.artifacts / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-P", str(HERE / "guided.py"), "--child", name, str(corpus),
        f"-max_total_time={args.seconds}", f"-artifact_prefix={folder}/", "-max_len=4096",
        f"-rss_limit_mb={MEMORY_MIB}", f"-malloc_limit_mb={MEMORY_MIB}",
        f"-timeout={INPUT_SECONDS}", "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    count = int(runs.group(1)) if runs else 0
    print(f"{name}: {count:,} inputs in {time.monotonic() - start:.0f} s, exit {done.returncode}")
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-3000:], sep="\n")
    return not done.returncode


def _child(name: str, arguments: list[str]) -> None:
    import atheris  # type: ignore[import-not-found]

    sys.path.insert(0, str(HERE))
    with atheris.instrument_imports(include=["hdmf_io_core", "hdmf_io_zarr"]):
        import targets
    import seeds

    corpus = Path(arguments[0])
    for number, data in enumerate(seeds.seeds(name)):
        (corpus / f"seed-{number}").write_bytes(data)
    atheris.Setup([sys.argv[0], *arguments], lambda data: targets.run(name, data))
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
