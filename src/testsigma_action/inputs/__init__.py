"""Raw inputs -> options and run specs. The only package that imports `yaml`."""
