"""The entry point as a process, against the simulator over real sockets, with real signals."""
