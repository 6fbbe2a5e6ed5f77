"""What a write tells when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hdmf_io_core.plan.steps import Loss
    from hdmf_io_core.storage.layout import LinkTarget

__all__ = ["ConversionReport", "WriteReport"]


@dataclass(slots=True)
class WriteReport:
    """What a write did.

    Attributes
    ----------
    groups, arrays, attributes, deleted : int
        How many were made, or changed.
    bytes_written : int
        Bytes of array elements in memory form, before encoding; raw chunk copies count encoded
        bytes.
    links : list of (str, LinkTarget)
        The links made, by path.
    stand_ins : list of str
        Those of them at which a copy of their target stands, for readers that do not follow them.
    arrays_made : list of str
        Paths of the arrays made.
    copied, recoded : list of str
        Paths of the arrays that were copied from storage: those whose encoded chunks went over as
        they are, and those whose elements were encoded anew.
    losses : tuple of Loss
        What could not be kept as it was; empty for a write of new containers.
    needs : dict of str to tuple of str
        What readers must have besides the format's own library, such as a plugin, by path of the
        array.
    is_verified : bool
        Whether the outcome was read again and compared.
    """

    groups: int = 0
    arrays: int = 0
    attributes: int = 0
    deleted: int = 0
    bytes_written: int = 0
    links: list[tuple[str, LinkTarget]] = field(default_factory=list)
    stand_ins: list[str] = field(default_factory=list)
    arrays_made: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    recoded: list[str] = field(default_factory=list)
    losses: tuple[Loss, ...] = ()
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_verified: bool = False

    def stood_in(self, path: str, target: LinkTarget) -> None:
        """Note a link at which a copy stands, or a link to one, in place of that."""
        self.links = [(place, said) for place, said in self.links if place != path]
        self.links.append((path, target))
        self.stand_ins.append(path)

    def __str__(self) -> str:
        done = [
            f"{count} {name}"
            for name, count in (
                ("groups", self.groups),
                ("arrays", self.arrays),
                ("attributes", self.attributes),
                ("links", len(self.links)),
                ("deleted", self.deleted),
            )
            if count
        ]
        lines = [f"written: {', '.join(done) or 'nothing'}; {self.bytes_written} bytes of data"]
        lines += self._told()
        for path, target in self.links:
            how = ", and a copy of what it leads to" if path in self.stand_ins else ""
            lines.append(f"  link {path} -> {target}{how}")
        lines += [f"  lost {loss}" for loss in self.losses]
        return "\n".join(lines)

    def _told(self) -> list[str]:
        """Return what else there is to say, a line each."""
        return []


@dataclass(slots=True)
class ConversionReport(WriteReport):
    """What an export did: what went over as it is, what was encoded anew, and what is lost."""

    @property
    def is_lossless(self) -> bool:
        """Whether the copy has all that the source had."""
        return not self.losses

    def _told(self) -> list[str]:
        lines = []
        if self.copied or self.recoded:
            how = f"{len(self.copied)} copied chunk by chunk, {len(self.recoded)} encoded anew"
            lines.append(f"  arrays: {how}")
        wanted = sorted({need for needs in self.needs.values() for need in needs})
        lines += [f"  readers need {need}" for need in wanted]
        if self.is_verified:
            lines.append("  verified: source and copy are equal")
        return lines
