"""What the data means: containers, builders, specifications."""
