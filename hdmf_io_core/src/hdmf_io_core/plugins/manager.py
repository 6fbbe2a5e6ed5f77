"""The registered plugins: loaded one by one, the broken ones remembered with their reason.

A plugin that cannot be used is never fatal; its error is raised when its backend is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, cast

from hdmf_io_core.errors import PluginConflictError, PluginError
from hdmf_io_core.plugins.hookspecs import GROUP
from hdmf_io_core.plugins.installed import Installed, installed
from hdmf_io_core.plugins.loader import (
    Failure,
    Origin,
    backends_of,
    import_plugin,
    in_order,
    is_rightful,
    new_pluggy,
    silent_distributions,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hdmf_io_core.chunks.dataio import DataIO, WriteOptions
    from hdmf_io_core.model.manager import Manager
    from hdmf_io_core.plugins.backendspec import BackendSpec
    from hdmf_io_core.plugins.hookspecs import DatasetInfo
    from hdmf_io_core.plugins.probe import Match, Probe

__all__ = ["PluginRegistry", "Registered"]

_CORE = Origin("built-in", "hdmf-io-core")
_CALLER = "the calling program"


@dataclass(frozen=True, slots=True)
class Registered:
    """A usable backend, and the plugin that brought it.

    Attributes
    ----------
    spec, origin
        The backend, and where it comes from.
    sniffs
        Whether its plugin recognises content by a hook of its own.
    conflict
        Set where another plugin claims the name and neither has the better right to it; raised when
        the backend is asked for by name.
    """

    spec: BackendSpec
    origin: Origin
    sniffs: bool = False
    conflict: PluginConflictError | None = None


class PluginRegistry:
    """Plugins by entry point, by ``register``, and built in.

    Parameters
    ----------
    built_in : sequence of BackendSpec
        Backends of the core itself.
    plugins : sequence of str
        Modules of the core that implement hooks.
    find : callable
        Finds what is installed, with the entry points of a group; called once, at the first use.

    Notes
    -----
    Nothing is loaded when it is made. Safe to use from several threads.
    """

    def __init__(
        self,
        built_in: Sequence[BackendSpec] = (),
        *,
        plugins: Sequence[str] = (),
        find: Callable[[str], Installed] = installed,
    ) -> None:
        self._pluggy = new_pluggy()
        self._backends = {spec.name: Registered(spec, _CORE) for spec in built_in}
        self._failures: list[Failure] = []
        self._origins: dict[str, Origin] = {}
        self._modules = tuple(plugins)
        self._find = find
        self._state: Literal["new", "loading", "loaded"] = "new"
        self._lock = RLock()

    def backends(self) -> tuple[Registered, ...]:
        """Return the usable backends, in the order of registration."""
        self._load()
        return tuple(map(self._with_conflict, self._backends.values()))

    def failures(self) -> tuple[Failure, ...]:
        """Return what was left out, and why."""
        self._load()
        return tuple(self._failures)

    def register(self, plugin: object, name: str | None = None) -> None:
        """Add a plugin by hand, for tests and for embedding.

        Parameters
        ----------
        plugin : module or object
            Implements hooks of ``hookspecs``.
        name : str or None
            How messages call it; None for its own ``__name__``, else that of its type.

        Raises
        ------
        PluginError
            It, or one of its backends, cannot be used; nothing of it stays registered.
        """
        self._load()
        own = str(getattr(plugin, "__name__", type(plugin).__name__))
        with self._lock:
            faults = self._add(plugin, Origin(name or own, _CALLER))
            if faults:
                self.unregister(plugin)
                raise faults[0].error

    def unregister(self, plugin: object) -> None:
        """Remove a plugin and its backends; one that is not registered is passed over."""
        with self._lock:
            name = self._pluggy.get_name(plugin)
            if name is None:
                return
            self._pluggy.unregister(plugin)
            origin = self._origins.pop(name)
            self._backends = {
                key: have for key, have in self._backends.items() if have.origin != origin
            }

    def sniff(self, probe: Probe) -> tuple[Match, ...]:
        """Ask the plugins what the content is; one whose hook fails is recorded and passed over."""
        # Whoever has a probe has loaded the module; listing backends does without it.
        from hdmf_io_core.plugins.probe import Match

        hook = "hdmf_io_sniff"
        matches = []
        for origin, answer in self._answers(hook, {"probe": probe}):
            if isinstance(answer, PluginError):
                self._remember(Failure(origin.plugin, origin, answer))
            elif isinstance(answer, Match) and answer.backend in self._backends:
                matches.append(answer)
            elif answer is not None:
                error = origin.answered(hook, answer, "None, or a Match that names a backend")
                self._remember(Failure(origin.plugin, origin, error))
        return tuple(matches)

    def has_hook(self, hook: str) -> bool:
        """Return whether any plugin implements a hook."""
        self._load()
        return bool(getattr(self._pluggy.hook, hook).get_hookimpls())

    def adapt_manager(self, manager: object) -> Manager | None:
        """Return a foreign build manager wrapped by the plugin that knows it; None if none does.

        Raises
        ------
        PluginLoadError
            A plugin's hook raised; its exception is the cause.
        """
        return cast("Manager | None", self._first("hdmf_io_adapt_manager", {"manager": manager}))

    def adapt_dataio(self, kind: type) -> Callable[[Any], DataIO] | None:
        """Return what turns foreign data wrappers of a class into a ``DataIO``; None if none does.

        Raises
        ------
        PluginLoadError
            A plugin's hook raised; its exception is the cause.
        """
        found = self._first("hdmf_io_adapt_dataio", {"kind": kind})
        return cast("Callable[[Any], DataIO] | None", found)

    def dataset_options(self, info: DatasetInfo) -> WriteOptions | None:
        """Return a plugin's options for a dataset; None if no plugin has any.

        Raises
        ------
        PluginLoadError
            A plugin's hook raised; its exception is the cause.
        """
        return cast("WriteOptions | None", self._first("hdmf_io_dataset_options", {"info": info}))

    def _load(self) -> None:
        """Load the entry points, once."""
        if self._state == "loaded":
            return
        with self._lock:
            if self._state != "new":
                # A plugin that lists backends while it is imported sees those so far.
                return
            self._state = "loading"
            found = self._find(GROUP)
            core = replace(_CORE, version=found.versions.get(_CORE.distribution, ""))
            self._backends = {n: replace(b, origin=core) for n, b in self._backends.items()}
            for module in self._modules:
                self._add(import_module(module), replace(core, plugin=module))
            for point in in_order(found.points):
                try:
                    self._failures += self._add(import_plugin(point), Origin.of(point))
                except PluginError as error:
                    self._failures.append(Failure(point.name, Origin.of(point), error))
            heard = {*self._backends, *(failure.name for failure in self._failures)}
            self._failures += silent_distributions(found.versions, heard)
            self._state = "loaded"

    def _add(self, plugin: object, origin: Origin) -> list[Failure]:
        """Register a plugin and its usable backends; return what was left out."""
        try:
            specs, failures = backends_of(plugin, origin)
            self._pluggy.register(plugin, origin.key)
        except PluginError as error:
            return [Failure(origin.plugin, origin, error)]
        except ValueError as error:
            fault = origin.raised("it is registered already", error)
            return [Failure(origin.plugin, origin, fault)]
        self._origins[origin.key] = origin
        sniffs = any(
            caller.name == "hdmf_io_sniff" for caller in self._pluggy.get_hookcallers(plugin) or ()
        )
        for spec in specs:
            conflict = self._conflict(spec, origin)
            if conflict is not None:
                failures.append(Failure(spec.name, origin, conflict, spec))
            else:
                self._backends[spec.name] = Registered(spec, origin, sniffs)
        return failures

    def _conflict(self, spec: BackendSpec, origin: Origin) -> PluginConflictError | None:
        """Say who has the name already, if someone has."""
        first = self._backends.get(spec.name)
        if first is None:
            return None
        return PluginConflictError(
            f"backend {spec.name!r} is registered already, by plugin {first.origin.plugin!r} of"
            f" {first.origin}",
            plugin=origin.plugin,
            distribution=str(origin),
            hook="hdmf_io_backends",
            argument="name",
            hint="Uninstall one of the two distributions.",
        )

    def _with_conflict(self, have: Registered) -> Registered:
        """Add the conflict over a backend's name, unless this one has the better right to it."""
        if have.origin.key == _CORE.key or is_rightful(have.spec.name, have.origin):
            return have
        for failure in self._failures:
            if failure.name == have.spec.name and isinstance(failure.error, PluginConflictError):
                return replace(have, conflict=failure.error)
        return have

    def _remember(self, failure: Failure) -> None:
        """Record a failure of a later call, once."""
        with self._lock:
            told = {str(known.error) for known in self._failures}
            if str(failure.error) not in told:
                self._failures.append(failure)

    def _answers(
        self, hook: str, arguments: Mapping[str, object]
    ) -> Iterator[tuple[Origin, object]]:
        """Yield what each plugin answers, or the error for what it raised, in pluggy's order."""
        self._load()
        caller = getattr(self._pluggy.hook, hook)
        plugins = [implementation.plugin for implementation in reversed(caller.get_hookimpls())]
        for plugin in plugins:
            origin = self._origins[self._pluggy.get_name(plugin) or ""]
            others = [other for other in plugins if other is not plugin]
            try:
                answer = self._pluggy.subset_hook_caller(hook, others)(**arguments)
            except Exception as error:
                yield origin, origin.raised(f"hook {hook!r} raised", error, hook=hook)
                continue
            is_list = isinstance(answer, list)
            yield origin, next(iter(answer), None) if is_list else answer

    def _first(self, hook: str, arguments: Mapping[str, object]) -> object:
        """Return the first answer that is not None; raise what a hook raised."""
        for _, answer in self._answers(hook, arguments):
            if isinstance(answer, PluginError):
                raise answer
            if answer is not None:
                return answer
        return None
