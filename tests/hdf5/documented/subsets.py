from hdmf_io_hdf5 import HDF5IO

# Open file in read mode
with HDF5IO('large_experiment.h5', mode='r') as io:
    container = io.read()

    # Access dataset without loading all data
    dataset = container.neural_data.data

    # Read specific slices
    first_100_samples = dataset[:100, :]
    specific_channels = dataset[:, [0, 5, 10]]
    time_window = dataset[1000:2000, :]

    print(f"Dataset shape: {dataset.shape}")
    print(f"Slice shape: {first_100_samples.shape}")
