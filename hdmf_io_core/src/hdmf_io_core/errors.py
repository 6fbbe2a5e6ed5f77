"""Every exception and warning of hdmf-io, in one tree.

::

    HdmfIOError
    ├── PluginError
    │   ├── PluginLoadError          an entry point failed to import or to register
    │   ├── PluginConflictError      two plugins claim one backend name
    │   └── PluginVersionError       built for another version of the plugin API
    ├── DispatchError (ValueError)
    │   ├── UnknownBackendError      no backend of that name
    │   ├── NoBackendError           nothing recognises the source
    │   ├── BackendNotInstalledError recognised, but its distribution is missing
    │   └── AmbiguousBackendError    several backends claim the source
    ├── OpenError (OSError)
    │   ├── SourceNotFoundError (FileNotFoundError)
    │   ├── SourceExistsError (FileExistsError)
    │   ├── NotThisFormatError       the content belongs to another backend
    │   └── LockedFileError          another process holds the file
    ├── ClosedIOError (ValueError)
    ├── ModeError (ValueError)
    ├── OptionError (TypeError)      an option the backend does not know
    ├── NodeNotFoundError (KeyError)
    ├── UnsupportedFeatureError (NotImplementedError)
    ├── FormatError (ValueError)
    │   ├── CorruptFileError (OSError)
    │   ├── CorruptChunkError
    │   ├── UnknownCodecError (OSError)
    │   └── MetadataError
    ├── SpecError (ValueError)
    ├── BuildError (ValueError)
    │   ├── InvalidNameError         empty, ``.``, ``..``, or with a slash or a null
    │   ├── DuplicateNameError       two children of one name
    │   ├── ContainerCycleError      a container inside itself
    │   └── UntypedNodeError         untyped under a type that stock hdmf cannot read so
    ├── ConstructError (ValueError)
    ├── WriteError
    │   ├── UnsupportedDtypeError (TypeError)
    │   ├── TextEncodingError (ValueError)
    │   ├── NodeExistsError (ValueError)
    │   └── ChunkIteratorError       the caller's iterator raised; its exception is the cause
    ├── UnresolvedReferenceError (ValueError)
    ├── ExportError
    │   └── VerificationError        the copy is not equal to its source
    ├── ShapeError (ValueError)
    ├── SelectionError (IndexError)
    ├── LinkError
    │   ├── LinkTargetError (OSError)
    │   └── ExternalAccessError (PermissionError)
    ├── MemoryLimitError (MemoryError) more memory is asked for than there is, or is allowed
    ├── JournalError
    └── MissingDependencyError (ImportError) a package that is optional is not installed
    HdmfIOWarning (UserWarning)
    ├── BrokenLinkWarning
    ├── PluginWarning
    └── DataLossWarning

An error says what failed, where (source and node path) and what to do next; the facts are
attributes too. Nothing in the project matches on an error's text.
"""

from __future__ import annotations

__all__ = [
    "AmbiguousBackendError",
    "BackendNotInstalledError",
    "BrokenLinkWarning",
    "BuildError",
    "ChunkIteratorError",
    "ClosedIOError",
    "ConstructError",
    "ContainerCycleError",
    "CorruptChunkError",
    "CorruptFileError",
    "DataLossWarning",
    "DispatchError",
    "DuplicateNameError",
    "ExportError",
    "ExternalAccessError",
    "FormatError",
    "HdmfIOError",
    "HdmfIOWarning",
    "InvalidNameError",
    "JournalError",
    "LinkError",
    "LinkTargetError",
    "LockedFileError",
    "MemoryLimitError",
    "MetadataError",
    "MissingDependencyError",
    "ModeError",
    "NoBackendError",
    "NodeExistsError",
    "NodeNotFoundError",
    "NotThisFormatError",
    "OpenError",
    "OptionError",
    "PluginConflictError",
    "PluginError",
    "PluginLoadError",
    "PluginVersionError",
    "PluginWarning",
    "SelectionError",
    "ShapeError",
    "SourceExistsError",
    "SourceNotFoundError",
    "SpecError",
    "TextEncodingError",
    "UnknownBackendError",
    "UnknownCodecError",
    "UnresolvedReferenceError",
    "UnsupportedDtypeError",
    "UnsupportedFeatureError",
    "UntypedNodeError",
    "VerificationError",
    "WriteError",
]


class HdmfIOError(Exception):
    """Root of the tree.

    Parameters
    ----------
    what : str
        What failed, with the value seen and the value expected; no full stop.
    source : str or None
        The file, folder or URL; None where no source is involved.
    path : str or None
        The node inside the source; None where the whole source is meant.
    hint : str or None
        What to do next; None where nothing helps.
    """

    def __init__(
        self,
        what: str,
        *,
        source: str | None = None,
        path: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.source = source
        self.path = path
        self.hint = hint

    def __str__(self) -> str:
        places = (("in", self.source), ("at", self.path))
        where = ", ".join(f"{word} {place!r}" for word, place in places if place)
        text = f"{self.what} ({where})" if where else self.what
        return f"{text}. {self.hint}" if self.hint else text


class PluginError(HdmfIOError):
    """A plugin is at fault.

    Parameters
    ----------
    what : str
        What failed.
    plugin : str or None
        Name of the entry point, or of the registered plugin.
    distribution : str or None
        Distribution that brings it, with its version where that is known.
    hook, argument : str or None
        The hook, and its argument, that are at fault.
    hint : str or None
        What to do next.
    """

    def __init__(
        self,
        what: str,
        *,
        plugin: str | None = None,
        distribution: str | None = None,
        hook: str | None = None,
        argument: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what, hint=hint)
        self.plugin = plugin
        self.distribution = distribution
        self.hook = hook
        self.argument = argument

    def __str__(self) -> str:
        origin = f"plugin {self.plugin!r}" if self.plugin else "plugin"
        if self.distribution:
            origin = f"{origin} of {self.distribution}"
        text = f"{origin}: {self.what}"
        return f"{text}. {self.hint}" if self.hint else text


class PluginLoadError(PluginError):
    """An entry point failed to import or to register."""


class PluginConflictError(PluginError):
    """Two plugins claim one backend name."""


class PluginVersionError(PluginError):
    """A plugin was built for another version of the plugin API."""


class DispatchError(HdmfIOError, ValueError):
    """No backend could be chosen; ``backends`` names those that the message is about."""

    def __init__(
        self,
        what: str,
        *,
        source: str | None = None,
        backends: tuple[str, ...] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(what, source=source, hint=hint)
        self.backends = backends


class UnknownBackendError(DispatchError):
    """The backend asked for by name is not registered."""


class NoBackendError(DispatchError):
    """Nothing recognises the source."""


class BackendNotInstalledError(DispatchError):
    """The source is recognised, but the backend's distribution is not installed."""


class AmbiguousBackendError(DispatchError):
    """Several backends claim the source with equal right."""


class OpenError(HdmfIOError, OSError):
    """A source could not be opened."""


class SourceNotFoundError(OpenError, FileNotFoundError):
    """The source does not exist."""


class SourceExistsError(OpenError, FileExistsError):
    """The source exists and the mode forbids to replace it."""


class NotThisFormatError(OpenError):
    """The content is not of the backend's format; dispatch may try the next."""


class LockedFileError(OpenError):
    """Another process holds the file."""


class ClosedIOError(HdmfIOError, ValueError):
    """The IO, or the file behind lazy data, is closed."""


class ModeError(HdmfIOError, ValueError):
    """The mode is unknown, or forbids the operation."""


class OptionError(HdmfIOError, TypeError):
    """An option is unknown to the backend, or its value cannot be used."""


class NodeNotFoundError(HdmfIOError, KeyError):
    """No node of that name or path."""


class UnsupportedFeatureError(HdmfIOError, NotImplementedError):
    """The backend or the format cannot do this."""


class FormatError(HdmfIOError, ValueError):
    """The file's content is not what its format says."""


class CorruptFileError(FormatError, OSError):
    """The file is truncated or damaged."""


class CorruptChunkError(FormatError):
    """A chunk does not decode, or its checksum differs."""


class UnknownCodecError(FormatError, OSError):
    """A filter or codec is not available."""


class MetadataError(FormatError):
    """Metadata is missing or contradicts itself."""


class SpecError(HdmfIOError, ValueError):
    """A cached specification is missing or unreadable."""


class BuildError(HdmfIOError, ValueError):
    """A container tree cannot be turned into builders."""


class InvalidNameError(BuildError):
    """A name is empty, ``.``, ``..``, or holds a slash or a null character."""


class DuplicateNameError(BuildError):
    """Two children of one container have the same name."""


class ContainerCycleError(BuildError):
    """A container is inside itself."""


class UntypedNodeError(BuildError):
    """An untyped node stands where stock hdmf could not read it."""


class ConstructError(HdmfIOError, ValueError):
    """A builder cannot be turned into a container."""


class WriteError(HdmfIOError):
    """A write failed."""


class UnsupportedDtypeError(WriteError, TypeError):
    """A value's type cannot be stored."""


class TextEncodingError(WriteError, ValueError):
    """Text cannot be encoded as the character set asks."""


class NodeExistsError(WriteError, ValueError):
    """A different node already stands at the path."""


class ChunkIteratorError(WriteError):
    """The caller's chunk iterator raised; its exception is ``__cause__``."""


class UnresolvedReferenceError(HdmfIOError, ValueError):
    """A reference or link points to nothing that is or will be stored."""


class ExportError(HdmfIOError):
    """An export failed."""


class VerificationError(ExportError):
    """A copy is not equal to its source; the path names the first difference."""


class ShapeError(HdmfIOError, ValueError):
    """A shape does not fit: rank, length, or ``maxshape``."""


class SelectionError(HdmfIOError, IndexError):
    """A key does not select anything of the array."""


class LinkError(HdmfIOError):
    """A link cannot be made or followed."""


class LinkTargetError(LinkError, OSError):
    """The target of a link is missing or ambiguous."""


class ExternalAccessError(LinkError, PermissionError):
    """The access policy forbids to follow a link."""


class MemoryLimitError(HdmfIOError, MemoryError):
    """What is asked for, or declared, takes more memory than there is, or than is allowed."""


class JournalError(HdmfIOError):
    """A rollback journal does not fit its file."""


class MissingDependencyError(HdmfIOError, ImportError):
    """A package that only some functions need is not installed; the hint is how to install it."""


class HdmfIOWarning(UserWarning):
    """Root of the project's warnings."""


class BrokenLinkWarning(HdmfIOWarning):
    """A link has no target; the rest of the file reads."""


class PluginWarning(HdmfIOWarning):
    """A plugin was left out."""


class DataLossWarning(HdmfIOWarning):
    """Something could not be kept as it was; the message names it."""
