"""What the user holds: open IOs."""
