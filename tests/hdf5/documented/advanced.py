from hdmf_io_core import Data
from hdmf_io_hdf5 import HDF5IO
from hdmf_io_hdf5 import H5DataIO
import numpy as np

# Create large dataset with compression
large_data = np.random.randn(10000, 1000)

# Configure compression and chunking
compressed_data = H5DataIO(
    data=large_data,
    compression='gzip',
    compression_opts=9, # Maximum compression
    shuffle=True, # Better compression for numeric data
    fletcher32=True, # Checksums for data integrity
    chunks=(1000, 100), # Chunk size for efficient access
    maxshape=(None, 1000) # Allow resizing along first dimension
)

data_container = Data(name='compressed_data', data=compressed_data)

# Write with advanced options
with HDF5IO('compressed_experiment.h5', mode='w') as io:
    io.write(container, cache_spec=True, exhaust_dci=False)
