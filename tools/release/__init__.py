"""The release of the action: an image that is named by its digest. docs/releasing.md says how it is done."""
