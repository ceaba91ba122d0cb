"""`python -m testsigma_action` is the command `testsigma-action`."""

import sys

if __name__ == "__main__":
    # `python -m` looks for modules in the working folder first, but no file of the workspace is ever imported.
    if not sys.flags.safe_path:
        del sys.path[0]

    from testsigma_action.cli import run_step

    run_step()
