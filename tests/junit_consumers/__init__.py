"""Programs of other people read our JUnit file: `make junit-consumers`."""
