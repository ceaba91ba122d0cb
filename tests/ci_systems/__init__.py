"""Each CI system's files, checked by that system's tools, and run in a container as that system runs them."""
