"""The two commands of the README: what they install, and that `.ci/run` runs the second."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sources import PACKAGES, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"^python3 -m venv .* -s (demo|tests)$", re.MULTILINE)


def command(session: str) -> str:
    """Return the README's one command for a nox session."""
    (found,) = (match[0] for match in COMMAND.finditer(README) if match[1] == session)
    return found


def requirement_name(requirement: str) -> str:
    """Return the name in a requirement such as `pytest>=8`."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def test_the_two_commands_differ_in_the_session_only() -> None:
    assert command("demo").removesuffix("demo") == command("tests").removesuffix("tests")


def test_one_pip_call_names_every_local_project() -> None:
    (call,) = re.findall(r"pip install ([^&]*)", command("tests"))
    assert all(f"./{package}" in call for package in PACKAGES)


def test_the_command_installs_what_the_tests_need() -> None:
    """Old pips cannot read dependency groups, so the command repeats one; this compares them."""
    group = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["test"]
    core = tomllib.loads((ROOT / "hdmf_io_core/pyproject.toml").read_text())
    extra = core["project"]["optional-dependencies"]["testing"]
    needed = {requirement_name(r) for r in group} - {requirement_name(r) for r in extra}
    assert needed | {"nox"} <= set(command("tests").split())


needs_bash = pytest.mark.skipif(
    shutil.which("bash") is None or shutil.which("timeout") is None, reason="needs bash, timeout"
)


def stub(path: Path, code: int) -> None:
    """Make `path` a command that logs how it was called and exits with `code`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The command's own words for itself (`$0`) are part of what is compared.
    path.write_text(f'#!/usr/bin/env bash\necho "${{0##*/}} $*" >> calls.log\nexit {code}\n')
    path.chmod(0o755)


def run_ci(clone: Path, code: int) -> subprocess.CompletedProcess[str]:
    """Run `.ci/run` in a clone whose nox exits with `code`, and which has no other commands."""
    (clone / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", clone / ".ci")
    shutil.copy(ROOT / "README.md", clone)
    stub(clone / "bin" / "python3", 0)
    stub(clone / ".venv" / "bin" / "pip", 0)
    stub(clone / ".venv" / "bin" / "nox", code)
    env = {**os.environ, "PATH": f"{clone / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    script = clone / ".ci" / "run"
    return subprocess.run([script], env=env, capture_output=True, text=True, check=False)


@needs_bash
def test_ci_runs_the_test_command_word_for_word(tmp_path: Path) -> None:
    ran = run_ci(tmp_path, code=0)
    assert ran.returncode == 0, ran.stderr
    assert f"+ {command('tests')}\n" in ran.stdout
    calls = (tmp_path / "calls.log").read_text().splitlines()
    shell = [part.strip().replace('"', "") for part in command("tests").split("&&")]
    assert calls == [part.removeprefix(".venv/bin/") for part in shell]


@needs_bash
def test_ci_fails_when_the_tests_fail(tmp_path: Path) -> None:
    assert run_ci(tmp_path, code=1).returncode == 1


@needs_bash
def test_ci_fails_when_the_readme_has_no_test_command(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "README.md").write_text("no command here\n")
    assert subprocess.run([tmp_path / ".ci" / "run"], check=False).returncode == 2


def test_code_in_the_readme_runs() -> None:
    runner = [sys.executable, "-P", "docs/run_examples.py", "README.md"]
    ran = subprocess.run(runner, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
