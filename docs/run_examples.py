"""Run the code in Markdown pages: `python docs/run_examples.py [PAGE...]`.

A page is one story: its `python` blocks run in order in one namespace, and in `console` blocks
the lines that start with `$ hdmf-io` run as commands, all in one temporary folder that holds
`ecephys.nwb`, a file written by pynwb. A block with any other word after the language, such as
`python no-run`, is only shown. Without arguments: the README and every page of the docs.
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
    namespace: dict[str, object] = {"__name__": "__main__"}
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
        for command in commands(code):
            subprocess.run([*CLI, *command], check=True, stdout=subprocess.DEVNULL)
    elif code.lstrip().startswith(">>>"):
        test = doctest.DocTestParser().get_doctest(code, namespace, page.name, str(page), line)
        doctest.DebugRunner(optionflags=doctest.ELLIPSIS).run(test, clear_globs=False)
        namespace.update(test.globs)
    else:
        # The empty lines in front make a traceback point into the page.
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile("\n" * line + code, str(page), "exec"), namespace)


def commands(code: str) -> Iterator[list[str]]:
    """Yield the arguments of each `$ hdmf-io` line."""
    for row in code.splitlines():
        if row.startswith("$ hdmf-io"):
            yield shlex.split(row.removeprefix("$ hdmf-io"), comments=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
