"""From builders to storage and back."""
