"""Every call of a step meets every fault that can hit it, once and for good: docs/guarantees.md."""
