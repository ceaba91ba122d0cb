"""Our API client and the stages of a run against the simulator, over real sockets; and the simulator itself."""
