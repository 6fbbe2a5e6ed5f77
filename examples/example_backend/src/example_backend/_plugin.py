"""What hdmf-io knows of this backend before it is used. Imports the core's plugin API, no more."""

from hdmf_io_core import BackendSpec, MagicRule, hookimpl

MAGIC = b'{"jsontree": 1,'


@hookimpl
def hdmf_io_backends() -> list[BackendSpec]:
    """Return the one backend of this distribution."""
    spec = BackendSpec(
        name="jsontree",
        io_class="example_backend.io:JsonTreeIO",
        distribution="example-backend",
        suffixes=(".jsontree",),
        magic=(MagicRule(MAGIC),),
        options={"indent": "spaces by which the JSON is indented; None for one line"},
    )
    return [spec]
