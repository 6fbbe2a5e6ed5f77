"""Names of the stores that the peer makes (``peer/making.py``)."""

NWB = ("ecephys", "ophys", "linked")
STORES = ("zoo", "other", "common", *NWB)
