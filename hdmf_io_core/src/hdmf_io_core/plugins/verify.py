"""Whether a plugin is right: its hooks, and the specs it gives; found before any is used."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import get_args

import pluggy

from hdmf_io_core.errors import PluginLoadError, PluginVersionError
from hdmf_io_core.plugins import hookspecs
from hdmf_io_core.plugins.backendspec import API_VERSION, BackendSpec, MagicRule
from hdmf_io_core.plugins.hookspecs import GROUP
from hdmf_io_core.types import Mode

__all__ = ["check_plugin", "check_spec", "is_sound"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_IMPORT = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_NOT_EMPTY = re.compile(r".+")
_SUFFIX = re.compile(r"\.[^A-Z/\\]+")
_MODES = frozenset(get_args(Mode))
_TEXTS = ("suffixes", "markers", "object_types", "schemes", "modes")


def check_plugin(plugin: object, *, name: str, distribution: str) -> None:
    """Raise if a plugin's hooks are not those of this project.

    Raises
    ------
    PluginLoadError
        It implements no hook, one that does not exist, or one with a wrong argument.
    """
    manager = pluggy.PluginManager(GROUP)
    n_hooks = 0
    for attribute in dir(plugin):
        marks = manager.parse_hookimpl_opts(plugin, attribute)
        if marks is None:
            continue
        n_hooks += 1
        hook = marks.get("specname") or attribute
        arguments = _parameters(getattr(plugin, attribute))
        fault = _hook_fault(hook, arguments)
        if fault is None or (marks.get("optionalhook") and not hasattr(hookspecs, hook)):
            continue
        what, argument = fault
        raise PluginLoadError(
            what, plugin=name, distribution=distribution, hook=hook, argument=argument
        )
    if n_hooks == 0:
        msg = f"{_shown(plugin)} implements no hook"
        raise PluginLoadError(
            msg,
            plugin=name,
            distribution=distribution,
            hint="Mark its functions with hdmf_io_core.plugins.hookspecs.hookimpl.",
        )


def _hook_fault(hook: str, arguments: tuple[str, ...]) -> tuple[str, str | None] | None:
    """Return what is wrong with an implementation of ``hook``, and the argument at fault."""
    hooks = sorted(name for name in dir(hookspecs) if name.startswith(f"{GROUP}_"))
    if hook not in hooks:
        return f"there is no hook {hook!r}; the hooks are {', '.join(hooks)}", None
    allowed = _parameters(getattr(hookspecs, hook))
    for argument in arguments:
        if argument not in allowed:
            expected = ", ".join(allowed) or "none"
            return f"hook {hook!r} has no argument {argument!r}; expected {expected}", argument
    return None


def _parameters(function: object) -> tuple[str, ...]:
    """Return the arguments that pluggy fills: those without a default."""
    if not callable(function):
        return ()
    parameters = inspect.signature(function).parameters.values()
    return tuple(p.name for p in parameters if p.default is p.empty)


def check_spec(spec: object, *, name: str, distribution: str) -> BackendSpec:
    """Return ``spec`` if it is a usable ``BackendSpec`` of this version of the plugin API.

    Raises
    ------
    PluginVersionError
        It was written for another version.
    PluginLoadError
        It is something else, or a field cannot be used.
    """
    hook = "hdmf_io_backends"
    if not isinstance(spec, BackendSpec):
        msg = f"hook {hook!r} gave {_shown(spec)}, expected BackendSpec"
        raise PluginLoadError(
            msg,
            plugin=name,
            distribution=distribution,
            hook=hook,
        )
    if spec.api_version != API_VERSION:
        raise _other_version(spec, name, distribution)
    for argument, expected in _spec_faults(spec):
        msg = (
            f"backend {spec.name!r} has {argument}={getattr(spec, argument)!r}, expected {expected}"
        )
        raise PluginLoadError(
            msg,
            plugin=name,
            distribution=distribution,
            hook=hook,
            argument=argument,
        )
    return spec


def _other_version(spec: BackendSpec, name: str, distribution: str) -> PluginVersionError:
    newer = "hdmf-io-core" if _is_newer(spec.api_version) else "the plugin"
    return PluginVersionError(
        f"backend {spec.name!r} is written for version {spec.api_version!r} of the plugin API,"
        f" this core has version {API_VERSION}",
        plugin=name,
        distribution=distribution,
        hook="hdmf_io_backends",
        argument="api_version",
        hint=f"Upgrade {newer}.",
    )


def is_sound(spec: BackendSpec) -> bool:
    """Whether the fields of a spec can be used, whatever its API version."""
    return next(_spec_faults(spec), None) is None


def _spec_faults(spec: BackendSpec) -> Iterator[tuple[str, str]]:
    """Yield each field that cannot be used, and what was expected; any type may be there."""
    if not _fits(_NAME, spec.name):
        yield "name", "lower-case letters, digits, '-' and '_'"
    if not _fits(_IMPORT, spec.io_class):
        yield "io_class", "'package.module:Class'"
    if not _fits(_NOT_EMPTY, spec.distribution):
        yield "distribution", "the name of a distribution"
    for field in _TEXTS:
        if not _all_are(_is_text, getattr(spec, field)):
            yield field, "a tuple of non-empty str"
            return
    if not all(_SUFFIX.fullmatch(suffix) for suffix in spec.suffixes):
        yield "suffixes", "lower-case suffixes that begin with a dot"
    if not spec.modes or not _MODES.issuperset(spec.modes):
        yield "modes", f"some of {', '.join(sorted(_MODES))}"
    if not _all_are(_is_rule, spec.magic):
        yield "magic", "a tuple of MagicRule with non-empty bytes and offsets of 0 or more"
    if not _is_help(spec.options):
        yield "options", "a mapping of option name to a line of help"
    if not _is_int(spec.priority):
        yield "priority", "an int"


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _all_are(test: Callable[[object], bool], values: object) -> bool:
    return isinstance(values, tuple) and all(map(test, values))


def _is_help(options: object) -> bool:
    return isinstance(options, Mapping) and all(map(_is_identifier, options))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_int(value: object) -> bool:
    return isinstance(value, int)


def _is_identifier(value: object) -> bool:
    return isinstance(value, str) and value.isidentifier()


def _is_newer(version: object) -> bool:
    return isinstance(version, int) and version > API_VERSION


def _is_rule(rule: object) -> bool:
    if not isinstance(rule, MagicRule):
        return False
    magic: object = rule.magic
    return (
        isinstance(magic, bytes)
        and bool(magic)
        and all(_is_int(offset) and offset >= 0 for offset in rule.offsets)
    )


def _shown(value: object) -> str:
    """Name a foreign value by its type; its ``repr`` may be long, or raise."""
    return f"an object of type {type(value).__name__}"
