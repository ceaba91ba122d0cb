"""Scenarios: the entry point as a process, against the simulator over real sockets."""
