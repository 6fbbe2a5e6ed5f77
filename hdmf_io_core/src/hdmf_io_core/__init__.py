"""hdmf-io: the core."""
