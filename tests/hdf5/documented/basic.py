from hdmf_io_hdf5 import HDF5IO, H5DataIO
from hdmf_io_core import Container, Data
import numpy as np

# Create sample data
data_array = np.random.randn(1000, 100)
data_container = Data(name='neural_data', data=data_array)

container = Container(name='experiment')
container.add_child(data_container)

# Write to HDF5 file
with HDF5IO('experiment.h5', mode='w') as io:
    io.write(container)

# Read from HDF5 file
with HDF5IO('experiment.h5', mode='r') as io:
    read_container = io.read()
    print(f"Container: {read_container.name}")
    print(f"Data shape: {read_container.neural_data.shape}")
