"""Programs of other people read our JUnit and CTRF files: `make junit-consumers`."""
