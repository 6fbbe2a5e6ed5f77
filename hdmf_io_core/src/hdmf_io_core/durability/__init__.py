"""Nothing lost: how content is published."""
