"""How bytes move: selections over chunk grids, streams of chunks, lazy arrays."""
