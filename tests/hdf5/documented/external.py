from hdmf_io_hdf5 import H5DataIO
from hdmf_io_hdf5 import HDF5IO
from hdmf_io_core import Data

# Create external data reference
external_data = H5DataIO(
    data='path/to/external/data.h5',
    link_data=True # Link instead of copying
)

data_container = Data(name='external_data', data=external_data)

# Write with external links
with HDF5IO('main_file.h5', mode='w') as io:
    io.write(container, link_data=True)
