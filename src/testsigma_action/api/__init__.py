"""The Testsigma REST API: how to reach it (transport), what it offers (client), what its answers mean (decode)."""
