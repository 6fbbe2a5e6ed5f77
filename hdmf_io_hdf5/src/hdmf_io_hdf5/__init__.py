"""The HDF5 backend of hdmf-io."""
