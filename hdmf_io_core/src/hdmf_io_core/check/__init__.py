"""Is a file whole? Its structure, what its links and references lead to, and its chunks."""
