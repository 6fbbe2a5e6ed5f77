"""hdmf's and pynwb's own HDF5 classes over this engine: change the import line, no more."""

from hdmf_io_hdf5.dropin.hdf5io import HDF5IO
from hdmf_io_hdf5.dropin.nwb import NWBHDF5IO

__all__ = ["HDF5IO", "NWBHDF5IO"]
