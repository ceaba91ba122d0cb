"""All tests. README.md in this folder says what each suite proves, and when to add to it."""
