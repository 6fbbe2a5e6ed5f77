from hdmf_io_hdf5 import HDF5IO
import os

def process_hdmf_file(input_path: str, output_path: str):
    """Process HDMF file across different platforms."""

    # Read from any platform
    with HDF5IO(input_path, mode='r') as src_io:
        container = src_io.read()

        # Process data
        for child in container.children:
            if hasattr(child, 'data'):
                # Apply processing to data
                processed_data = child.data * 1.5
                child.data = processed_data

        # Write to new location
        with HDF5IO(output_path, mode='w') as dst_io:
            dst_io.write(container, cache_spec=True)

    print(f"Processed file written to: {output_path}")

process_hdmf_file(input_file, output_file)
