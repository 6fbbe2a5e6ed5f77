"""The whole suite for a storage, and how to use it."""

from __future__ import annotations

from hdmf_io_core.testing.suites.arrays import ArrayTests, ResizeTests
from hdmf_io_core.testing.suites.attributes import AttributeTests
from hdmf_io_core.testing.suites.links import LinkTests, ReferenceTests, SpecTests
from hdmf_io_core.testing.suites.nodes import LifetimeTests, NodeTests

__all__ = ["StorageSuite"]


class StorageSuite(
    NodeTests,
    LifetimeTests,
    ArrayTests,
    ResizeTests,
    AttributeTests,
    LinkTests,
    ReferenceTests,
    SpecTests,
):
    """Every rule of the storage protocols, as tests.

    Subclass it in a test module as ``TestMyStorage``, and implement the abstract methods of
    :class:`~hdmf_io_core.testing.suites.case.StorageCase`: three that open files, one that names
    a file in a link, and three that look into a file past the code under test. pytest does the
    rest. Tests of what :class:`Capabilities` disclaims check that it is refused.
    """
