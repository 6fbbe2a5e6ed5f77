"""The conformance kit: factories, strategies, suites and instruments for authors of backends."""
