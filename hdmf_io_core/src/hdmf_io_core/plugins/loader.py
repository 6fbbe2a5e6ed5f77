"""One plugin at a time: where it comes from, importing it, and the backends it brings.

Foreign code runs here, so whatever it raises becomes a ``PluginError`` that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pluggy

from hdmf_io_core.errors import PluginError, PluginLoadError
from hdmf_io_core.plugins import hookspecs
from hdmf_io_core.plugins.backendspec import BackendSpec
from hdmf_io_core.plugins.hookspecs import GROUP
from hdmf_io_core.plugins.installed import EntryPoint, load
from hdmf_io_core.plugins.known import KNOWN, pip_line
from hdmf_io_core.plugins.verify import check_plugin, check_spec, is_sound

__all__ = [
    "Failure",
    "Origin",
    "backends_of",
    "import_plugin",
    "in_order",
    "is_rightful",
    "new_pluggy",
    "silent_distributions",
]

# SystemExit: a module that calls ``sys.exit`` when it is imported is a broken plugin as well.
FOREIGN = (Exception, SystemExit)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plugin comes from: its name, its distribution, and its version (may be empty)."""

    plugin: str
    distribution: str
    version: str = ""

    @classmethod
    def of(cls, point: EntryPoint) -> Origin:
        """Return the origin of an entry point."""
        return cls(point.name, point.distribution, point.version)

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".rstrip()

    @property
    def key(self) -> str:
        """What tells it from every other plugin; two distributions may use one entry point name."""
        return f"{self.distribution}:{self.plugin}"

    def raised(
        self, what: str, error: BaseException, *, hook: str | None = None
    ) -> PluginLoadError:
        """Describe what foreign code raised; it is the cause of the result."""
        fault = PluginLoadError(
            f"{what}: {type(error).__name__}: {error}",
            plugin=self.plugin,
            distribution=str(self),
            hook=hook,
            hint=f"Reinstall or upgrade it: {pip_line(self.distribution)}",
        )
        fault.__cause__ = error
        return fault

    def answered(self, hook: str, answer: object, expected: str) -> PluginLoadError:
        """Describe an answer of a hook that cannot be used."""
        return PluginLoadError(
            f"hook {hook!r} gave an object of type {type(answer).__name__}, expected {expected}",
            plugin=self.plugin,
            distribution=str(self),
            hook=hook,
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin, or one backend of it, that was left out, and why.

    ``name`` is the backend's, or the entry point's where it is not known which backends it would
    bring; ``spec`` is None then.
    """

    name: str
    origin: Origin
    error: PluginError
    spec: BackendSpec | None = None


def in_order(points: Iterable[EntryPoint]) -> list[EntryPoint]:
    """Return entry points in the order to load them: those of known distributions, then by name.

    So a foreign plugin that takes the name of a known backend is the one that is left out.
    """

    def order(point: EntryPoint) -> tuple[bool, str, str]:
        return not is_rightful(point.name, Origin.of(point)), point.distribution, point.name

    return sorted(points, key=order)


def is_rightful(name: str, origin: Origin) -> bool:
    """Whether a backend name belongs to a distribution by the table of known backends."""
    return any((spec.name, spec.distribution) == (name, origin.distribution) for spec in KNOWN)


def new_pluggy() -> pluggy.PluginManager:
    """Return a pluggy manager that knows the hooks and no plugin."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    return manager


def import_plugin(point: EntryPoint) -> object:
    """Import what an entry point names.

    Raises
    ------
    PluginLoadError
        The import raised; its exception is the cause.
    """
    try:
        plugin = load(point)
    except FOREIGN as error:
        what = f"entry point '{point.name} = {point.value}' cannot be imported"
        raise Origin.of(point).raised(what, error) from error
    return plugin


def backends_of(plugin: object, origin: Origin) -> tuple[list[BackendSpec], list[Failure]]:
    """Return the usable backends of a plugin, and those that are not.

    Raises
    ------
    PluginError
        The plugin as a whole cannot be used.
    """
    check_plugin(plugin, name=origin.plugin, distribution=str(origin))
    hook = "hdmf_io_backends"
    try:
        # Alone in a manager of its own: its faults touch no other plugin.
        alone = new_pluggy()
        alone.register(plugin, origin.key)
        answers: list[object] = alone.hook.hdmf_io_backends()
    except FOREIGN as error:
        msg = f"hook {hook!r} raised"
        raise origin.raised(msg, error, hook=hook) from error
    usable: list[BackendSpec] = []
    failures: list[Failure] = []
    for answer in answers:
        if not isinstance(answer, Sequence) or isinstance(answer, str):
            raise origin.answered(hook, answer, "a list of BackendSpec")
        for given in answer:
            try:
                usable.append(check_spec(given, name=origin.plugin, distribution=str(origin)))
            except PluginError as error:
                failures.append(_failed_spec(given, origin, error))
    return usable, failures


def _failed_spec(given: object, origin: Origin, error: PluginError) -> Failure:
    """Keep a refused spec where it is whole, so that what it would open is still recognised."""
    if isinstance(given, BackendSpec) and is_sound(given):
        return Failure(given.name, origin, error, given)
    return Failure(origin.plugin, origin, error)


def silent_distributions(versions: Mapping[str, str], heard: Iterable[str]) -> list[Failure]:
    """Return the known backends that are installed and yet registered nothing.

    Parameters
    ----------
    versions : mapping of str to str
        What is installed.
    heard : iterable of str
        Names of the backends that registered, or failed with a reason of their own.
    """
    heard = set(heard)
    silent = []
    for spec in KNOWN:
        if spec.name in heard or spec.distribution not in versions:
            continue
        origin = Origin(spec.name, spec.distribution, versions[spec.distribution])
        error = PluginLoadError(
            f"it is installed, but has no entry point {spec.name!r} in the group {GROUP!r}",
            plugin=spec.name,
            distribution=str(origin),
            hint=f"Upgrade or reinstall it: {pip_line(spec.distribution)}",
        )
        silent.append(Failure(spec.name, origin, error, spec))
    return silent
