"""The exception of all readers of inputs."""


class Invalid(ValueError):
    """A value that cannot be accepted. Its text says what is accepted; `remedy` has whole sentences, or nothing.

    Neither quotes the value, which may be a secret.
    """

    def __init__(self, accepted: str, remedy: str = "") -> None:
        """Keep both."""
        super().__init__(accepted)
        self.remedy = remedy
