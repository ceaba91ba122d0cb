"""The JUnit file. The only package that imports `junitparser`."""
