"""Run the code in Markdown pages: `python docs/run_examples.py [PAGE...]`.

A page is one story: its blocks run in order in one namespace and one temporary folder, which
holds `ecephys.nwb`, a file written by pynwb. `python` blocks run as they are; those with `>>>`
are doctests. In `console` blocks the lines that start with `$ hdmf-io` run, and what they print
is compared with the lines that follow; `...` stands for anything, and `$ echo $?` after a command
shows its exit code, which otherwise must be 0. A block with any other word after the language
is only shown. `EXAMPLES` is the folder of the examples. Without arguments: the README and every
page of the docs.
"""

import contextlib
import doctest
import io
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests" / "data" / "nwb" / "ecephys_full.nwb"
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ECHO = "$ echo $?"
CLI = [sys.executable, "-P", "-c", "from hdmf_io_core.cli import main; raise SystemExit(main())"]


def main(arguments: list[str]) -> int:
    """Run the pages and return the number of those that failed."""
    pages = [Path(argument).resolve() for argument in arguments] or all_pages()
    failed = [page for page in pages if not run_page(page)]
    for page in failed:
        print(f"FAILED {page.relative_to(ROOT)}")
    return len(failed)


def all_pages() -> list[Path]:
    """Return the README and the pages of the documentation."""
    docs = ROOT / "docs"
    return [ROOT / "README.md", *(p for p in sorted(docs.rglob("*.md")) if "_build" not in p.parts)]


def run_page(page: Path) -> bool:
    """Run one page; print what went wrong and return False if anything did."""
    text = page.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    namespace: dict[str, object] = {"__name__": "__main__", "EXAMPLES": ROOT / "examples"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copy(SAMPLE, "ecephys.nwb")
        try:
            for block in blocks:
                line = text.count("\n", 0, block.start(2))
                run_block(block[1], block[2], page=page, line=line, namespace=namespace)
        except Exception:
            traceback.print_exc()
            return False
    print(f"{page.relative_to(ROOT)}: {len(blocks)} blocks")
    return True


def run_block(
    language: str, code: str, *, page: Path, line: int, namespace: dict[str, object]
) -> None:
    """Run the block that starts after `line` of `page`; raise what it raises."""
    if language == "console":
        run_console(code)
    elif code.lstrip().startswith(">>>"):
        run_doctest(code, page=page, line=line, namespace=namespace)
    else:
        # The empty lines in front make a traceback point into the page.
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile("\n" * line + code, str(page), "exec"), namespace)


def run_doctest(code: str, *, page: Path, line: int, namespace: dict[str, object]) -> None:
    """Run a block of `>>>` lines; raise AssertionError with all that differs."""
    test = doctest.DocTestParser().get_doctest(code, namespace, page.name, str(page), line)
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    failed = runner.run(test, out=report.append, clear_globs=False).failed
    # A doctest works on a copy.
    namespace.update(test.globs)
    if failed:
        raise AssertionError("".join(report))


def run_console(code: str) -> None:
    """Run the commands of a block; raise AssertionError where one prints something else."""
    for command, expected, code_shown in commands(code):
        arguments = shlex.split(command.removeprefix("$ hdmf-io"), comments=True)
        ran = subprocess.run([*CLI, *arguments], capture_output=True, text=True, check=False)
        printed = ran.stdout + ran.stderr
        if not doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS):
            message = f"{command}\nshould print\n{expected}\nand printed\n{printed}"
            raise AssertionError(message)
        if ran.returncode != (code_shown or 0):
            message = f"{command}\nexits with {ran.returncode}, not {code_shown or 0}"
            raise AssertionError(message)


def commands(code: str) -> Iterator[tuple[str, str, int | None]]:
    """Yield each command of a block, what it prints, and the exit code if that is shown."""
    parts = re.split(r"^(\$ .*)\n", code, flags=re.MULTILINE)[1:]
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    for place, (command, expected) in enumerate(pairs):
        if command == ECHO:
            continue
        following = pairs[place + 1] if place + 1 < len(pairs) else ("", "")
        yield command, expected, int(following[1]) if following[0] == ECHO else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
