"""Whatever no other adapter recognises: a terminal, `docker run`, a CI system without an adapter."""

from collections.abc import Mapping

from testsigma_action.platforms.ci_system import CiSystem


class Console(CiSystem):
    """A plain log. The files with the outputs are written here too: an unknown CI system has nothing else."""

    @classmethod
    def recognises(cls, _environ: Mapping[str, str]) -> bool:
        """Any environment."""
        return True

    @property
    def watched(self) -> bool:
        """Whether a person may be watching the output: not in CI, and not on a dumb terminal."""
        return not self._environ.get("CI") and self._environ.get("TERM") != "dumb"
