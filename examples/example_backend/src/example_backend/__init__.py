"""An example of a storage backend for hdmf-io: a tree in one JSON file."""
