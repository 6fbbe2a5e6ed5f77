"""Every check of the project; continuous integration calls these sessions and nothing else.

`demo` and `tests` use the interpreter that runs nox, so that the two commands of the README
need one virtual environment. All other sessions make their own.
"""

import os
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nox

ROOT = Path(__file__).parent
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PROJECTS = {name: ROOT / f"hdmf_io_{name}" for name in ("core", "hdf5", "zarr")}
WHEELS = ROOT / "dist" / "isolated"
PYTHONS = ("3.11", "3.12", "3.13")
# These need what the README's environment does not have: other libraries, or files elsewhere.
SEPARATE = ("tests/interop", "tests/corpus", "tests/conversion/large")

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["tests", "lint", "types"]
nox.options.reuse_existing_virtualenvs = True
# A missing interpreter must not look like a passed session.
nox.options.error_on_missing_interpreters = True


class Isolated(NamedTuple):
    """What one environment installs, must not contain, and must pass."""

    requirements: tuple[str, ...]
    absent: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


ISOLATED = {
    "core": Isolated(("core",), absent=("h5py", "zarr", "hdmf"), tests=("tests/core",)),
    "core-hdf5": Isolated(
        ("core", "hdf5"), absent=("zarr", "hdmf"), tests=("tests/core", "tests/hdf5")
    ),
    "core-zarr": Isolated(
        ("core", "zarr"), absent=("h5py", "hdmf"), tests=("tests/core", "tests/zarr")
    ),
    "extra-hdf5": Isolated(("core[hdf5]",), absent=("zarr", "hdmf")),
    "extra-zarr": Isolated(("core[zarr]",), absent=("h5py", "hdmf")),
    "extra-hdmf": Isolated(("core[hdmf]",), absent=("zarr",)),
    "extra-fast": Isolated(("core[fast]",), absent=("h5py", "zarr", "hdmf")),
    "extra-remote": Isolated(("core[remote]",), absent=("h5py", "zarr", "hdmf")),
    "extra-testing": Isolated(("core[testing]",), absent=("h5py", "zarr", "hdmf")),
    "extra-all": Isolated(("core[all]",)),
}


def group(*names: str) -> list[str]:
    """Return the requirements of the dependency groups `names`, from `pyproject.toml`."""
    return list(nox.project.dependency_groups(PYPROJECT, *names))


def editable(core_extras: str = "testing") -> list[str]:
    """Return the arguments that make one pip call install all three projects from here."""
    core, hdf5, zarr = PROJECTS.values()
    return ["-e", f"{core}[{core_extras}]", "-e", str(hdf5), "-e", str(zarr)]


def pytest(session: nox.Session, *paths: str, python: str = "python") -> None:
    """Run pytest on the paths among the session's arguments, else on `paths` (or options).

    `-P` keeps the working directory out of `sys.path`: from the root, the folder
    `hdmf_io_core` would otherwise be importable as an empty namespace package.
    """
    named = any(Path(arg.partition("::")[0]).exists() for arg in session.posargs)
    targets = () if named else paths
    session.run(python, "-P", "-m", "pytest", *targets, *session.posargs)


def all_tests() -> list[str]:
    """Return the arguments that select every test which needs only the README's environment."""
    return ["tests", *(f"--ignore={path}" for path in SEPARATE)]


@nox.session(venv_backend="none")
def demo(session: nox.Session) -> None:
    """Do the main job on a real file and print what was done."""
    session.run(sys.executable, "-P", "examples/demo.py", *session.posargs)


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """Run the tests in the environment nox itself runs in."""
    pytest(session, *all_tests(), python=sys.executable)


@nox.session(python=PYTHONS)
def matrix(session: nox.Session) -> None:
    """Run the tests on every supported Python."""
    session.install(*editable(), *group("test"))
    pytest(session, *all_tests())


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests and report the lines and branches they miss."""
    session.install(*editable(), *group("test", "coverage"))
    session.run("coverage", "erase")
    session.run("python", "-P", "-m", "coverage", "run", "-m", "pytest", *all_tests())
    session.run("coverage", "combine", "-q")
    session.run("coverage", "report")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and spelling; `-- --fix` repairs what it can."""
    session.install(*group("lint"))
    fix = "--fix" in session.posargs
    session.run("ruff", "check", *(["--fix"] if fix else []))
    session.run("ruff", "format", *([] if fix else ["--check"]))
    session.run("codespell")


@nox.session
def types(session: nox.Session) -> None:
    """Run mypy over the three source trees and this file."""
    session.install(*editable(), *group("types"))
    session.run("mypy", *session.posargs)


@nox.session
def wheels(session: nox.Session) -> None:
    """Build the wheels that `isolated` installs."""
    # Wheels of the last run would have the same version, and hide what has changed.
    shutil.rmtree(WHEELS, ignore_errors=True)
    paths = map(str, PROJECTS.values())
    session.run("python", "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(WHEELS), *paths)


@nox.session(requires=["wheels"])
@nox.parametrize("environment", [nox.param(name, id=name) for name in ISOLATED])
def isolated(session: nox.Session, environment: str) -> None:
    """Install built wheels, and only those asked for, and run the tests that must pass there.

    Notes
    -----
    The core comes from `--find-links`, so that its extras resolve as they will from an index.
    Tests run from another directory with `-P`: nothing may come from the source tree.
    """
    case = ISOLATED[environment]
    ours = [f"hdmf-io-{requirement}" for requirement in case.requirements]
    session.run("python", "-m", "pip", "uninstall", "-q", "-y", *(f"hdmf-io-{n}" for n in PROJECTS))
    session.install("--find-links", str(WHEELS), *ours)
    session.run("python", "-m", "pip", "check")
    elsewhere = session.create_tmp()
    checks = [str(ROOT / "tests/packaging/check_isolated.py"), *case.absent]
    with session.chdir(elsewhere):
        session.run("python", "-P", *checks)
    if case.tests:
        # hdf5plugin brings h5py.
        left_out = ("hdf5plugin",) if "h5py" in case.absent else ()
        session.install(*(r for r in group("test") if not r.startswith(left_out)))
        with session.chdir(elsewhere):
            paths = [str(ROOT / path) for path in case.tests if (ROOT / path).exists()]
            session.run("python", "-P", "-m", "pytest", *paths, *session.posargs)


@nox.session
def interop(session: nox.Session) -> None:
    """Exchange files with the stock hdmf and pynwb, both ways, and then run `stock_suites`."""
    # Before the tests: what fails here does not keep the suites from being run.
    for suite in SUITES:
        session.notify(f"stock_suites({suite})", posargs=())
    session.install(*editable(), *group("test", "incumbent"))
    pytest(session, "tests/interop", "--ignore=tests/interop/zarr")


# The suites of hdmf, pynwb and hdmf-zarr themselves, with our classes in the place of theirs:
# requirement, what else it needs, and paths.
SUITES = {
    "hdmf-zarr": (
        "hdmf-zarr==0.14.*",
        ("zarr==3.4.*", "scipy", "tqdm", "requests", "aiohttp"),
        (
            "tests/unit/test_zarrio.py",
            "tests/unit/test_io_convert.py",
            "tests/unit/test_nwbzarrio.py",
            "tests/unit/test_parallel_write.py",
            "tests/unit/test_compression_info.py",
            "tests/unit/test_zarrdataio.py",
        ),
    ),
    "pynwb": ("pynwb==4.2.*", (), ("tests/integration/hdf5", "tests/back_compat")),
    "hdmf": (
        "hdmf==6.2.*",
        ("scipy",),
        (
            "tests/unit/test_io_hdf5_h5tools.py",
            "tests/unit/test_io_hdf5.py",
            "tests/unit/test_hdf5_roundtrip_extensions.py",
            "tests/unit/back_compat_tests",
            "tests/unit/test_table.py",
            "tests/unit/common",
        ),
    ),
}


@nox.session(python="3.12")
@nox.parametrize("suite", [nox.param(name, id=name) for name in SUITES])
def stock_suites(session: nox.Session, suite: str) -> None:
    """Run the tests of a stock library, from its source distribution, on our drop-in classes."""
    requirement, needed, paths = SUITES[suite]
    own = (requirement, *needed) if needed else ()
    session.install(*editable(), *group("test", "incumbent"), *own)
    plugin = ROOT / "tests" / "interop" / "bridge"
    folder = Path(session.create_tmp())
    session.run(
        "python", "-m", "pip", "download", "-q", "--no-deps", "--no-binary", suite,
        "-d", str(folder), requirement,
    )  # fmt: skip
    archive = max(folder.glob(f"{suite.replace('-', '_')}-*.tar.gz"))
    with tarfile.open(archive) as sdist:
        sdist.extractall(folder, filter="data")
    with session.chdir(folder / archive.name.removesuffix(".tar.gz")):
        # Not our configuration, and not theirs: their tests warn, and have an order.
        session.run(
            "python", "-m", "pytest", "-q", "-p", "stockswap", "-p", "no:randomly",
            "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".", "-W", "ignore",
            "--left-out", str(plugin / f"deselected-{suite}.txt"), *paths,
            env={"PYTHONPATH": str(plugin)},
        )  # fmt: skip


# hdmf-zarr, whose formats no release reads both of; each with the zarr-python that it needs.
ZARR_PEERS = {
    "0.13": ("3.11", ("hdmf-zarr==0.13.*", "zarr==2.18.*")),
    "0.14": ("3.12", ("hdmf-zarr==0.14.*", "zarr==3.4.*")),
}


@nox.session
@nox.parametrize(
    ("python", "peer"),
    [nox.param(python, name, id=name) for name, (python, _) in ZARR_PEERS.items()],
)
def interop_zarr(session: nox.Session, peer: str) -> None:
    """Exchange Zarr stores with hdmf-zarr, which runs in an environment of its own, both ways."""
    session.install(*editable(), *group("test", "incumbent"))
    environment = (Path(session.virtualenv.location) / "peer").resolve()
    interpreter = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not interpreter.exists():
        session.run("python", "-m", "venv", str(environment))
    stock = [r for r in group("incumbent") if r.startswith(("hdmf=", "pynwb="))]
    pip = (str(interpreter), "-m", "pip", "install", "-q")
    # Without scipy stock hdmf has no class for sparse matrices.
    session.run(*pip, *stock, "scipy", *ZARR_PEERS[peer][1], external=True)
    session.env["HDMF_IO_ZARR_PEER"] = str(interpreter)
    pytest(session, "tests/interop/zarr")


@nox.session(python="3.12")
def tutorial(session: nox.Session) -> None:
    """Run the page that ends with stock hdmf-zarr, which is here beside our own backends."""
    session.install(*editable("testing,hdmf"), *group("test", "incumbent"), *ZARR_PEERS["0.14"][1])
    session.run("python", "-P", "docs/run_examples.py", "docs/user/tutorial.md")


@nox.session(python="3.12")
def fuzz(session: nox.Session) -> None:
    """Fuzz what parses files of strangers: ``nox -s fuzz -- SECONDS``, for each part; 60 unless."""
    session.install(*editable(), *group("test"), "atheris")
    seconds = session.posargs[0] if session.posargs else "60"
    found = Path(session.create_tmp()).resolve()
    guided = ("tests/fuzz/guided.py", seconds, "--artifacts", str(found))
    session.run("python", "-P", *guided, *session.posargs[1:])
    session.run("python", "-P", "tests/fuzz/flips.py", seconds)


@nox.session
def corpus(session: nox.Session) -> None:
    """Compare what we read from the real files outside the clone with plain h5py."""
    folder = Path(os.environ.get("HDMF_IO_CORPUS", ROOT.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        session.error(f"no corpus at {folder}; set HDMF_IO_CORPUS to its folder")
    session.install(*editable(), *group("test"))
    session.env["HDMF_IO_CORPUS"] = str(folder)
    pytest(session, "tests/corpus")


@nox.session
def faults(session: nox.Session) -> None:
    """Kill and fail writers at every one of their calls; some thousand runs."""
    session.install(*editable(), *group("test"))
    session.env["HDMF_IO_FAULTS"] = "all"
    pytest(session, "tests/faults", "-s")


@nox.session
def large(session: nox.Session) -> None:
    """Convert datasets of four gigabytes in bounded memory; takes some minutes and little disk."""
    session.install(*editable(), *group("test"))
    pytest(session, "tests/conversion/large")


@nox.session
def build(session: nox.Session) -> None:
    """Build wheels and sdists into `dist/` and check what is in them."""
    session.install(*group("build"))
    dist = ROOT / "dist"
    for name, project in PROJECTS.items():
        package = f"hdmf_io_{name}"
        for old in dist.glob(f"{package}-*"):
            old.unlink()
        session.run("python", "-m", "build", "-o", str(dist), str(project))
        for archive in sorted(dist.glob(f"{package}-*")):
            check_archive(session, archive, package)


def check_archive(session: nox.Session, archive: Path, package: str) -> None:
    """Fail unless `archive` holds the typed package and its licence, and no tests or caches."""
    members = list(archive_members(archive))
    problems = [
        f"lacks {needed}"
        for needed in (f"{package}/__init__.py", f"{package}/py.typed", "LICENSE")
        if not any(member.endswith(needed) for member in members)
    ]
    problems += [
        f"contains {member}"
        for member in members
        if "tests" in Path(member).parts or member.endswith((".pyc", ".h5", ".nwb"))
    ]
    if problems:
        session.error(f"{archive.name}: {'; '.join(problems)}")
    session.log(f"{archive.name}: {len(members)} files, as expected")


def archive_members(archive: Path) -> Iterator[str]:
    """Yield the names of the files in a wheel or an sdist."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            yield from wheel.namelist()
    else:
        with tarfile.open(archive) as sdist:
            yield from sdist.getnames()


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation, run its examples and those in docstrings."""
    session.install(*editable("testing,hdmf"), *group("docs", "incumbent"))
    session.run(
        "sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html"
    )
    # The tutorial has a session of its own: it needs hdmf-zarr.
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    own = {ROOT / "docs" / "user" / "tutorial.md"}
    shown = [str(page) for page in sorted(pages) if page not in own and "_build" not in page.parts]
    session.run("python", "-P", "docs/run_examples.py", *shown)
    session.run(
        "python", "-P", "-m", "pytest", "-p", "no:randomly", "--doctest-modules",
        "--pyargs", "hdmf_io_core", "hdmf_io_hdf5", "hdmf_io_zarr",
    )  # fmt: skip


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks beside the incumbents; arguments go to `benchmarks/run.py`."""
    session.install(*editable(), *group("incumbent"))
    session.run("python", "-P", "benchmarks/run.py", *session.posargs)
