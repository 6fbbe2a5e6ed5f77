from hdmf_io_core import Data
from hdmf_io_hdf5 import HDF5IO, H5DataIO
import numpy as np

# Initial data with resizable configuration
initial_data = H5DataIO(
    data=np.random.randn(100, 50),
    maxshape=(None, 50), # Allow growth along first dimension
    chunks=(10, 50)
)

data_container = Data(name='growing_data', data=initial_data)

# Write initial data
with HDF5IO('growing_experiment.h5', mode='w') as io:
    io.write(container)

# Append new data
with HDF5IO('growing_experiment.h5', mode='a') as io:
    container = io.read()
    new_data = np.random.randn(50, 50)

    # Append to existing dataset
    container.growing_data.append(new_data)

    # Write updated container
    io.write(container)
