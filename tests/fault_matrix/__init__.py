"""Every call of a step against every fault, once and permanently. docs/guarantees.md is the result."""
