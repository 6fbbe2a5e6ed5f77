"""Keys to bytes: folders, zips and staged folders, for any backend that keeps a value a chunk."""
