"""The repository is consistent: code, action.yml, documentation, links, layers."""
