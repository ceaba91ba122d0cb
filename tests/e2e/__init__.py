"""The container image and the action in real workflows: `make e2e`."""
