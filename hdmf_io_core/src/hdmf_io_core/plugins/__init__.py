"""Who can open what: hook specs, registered backends, dispatch."""
