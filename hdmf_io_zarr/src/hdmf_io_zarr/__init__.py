"""The Zarr backend of hdmf-io: reserved, it registers nothing yet."""

__all__ = ["__version__"]

__version__ = "0.1.0"
