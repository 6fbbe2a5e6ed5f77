"""What a backend implements: the storage protocols and the values that cross them."""
