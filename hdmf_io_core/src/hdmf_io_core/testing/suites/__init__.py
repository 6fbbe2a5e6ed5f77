"""Suites of conformance tests: subclass one, say how a storage is opened, and run pytest."""
