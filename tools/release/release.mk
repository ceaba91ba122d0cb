# Releases; docs/releasing.md says when to use which target. All but the dry run are also used by the workflows.
.PHONY: reproducible release-dry-run release release-files publish reopen

RELEASE = BASE=$(BASE) PYTHONPATH=src:. $(BIN)/python -m tools.release

reproducible: $(BIN)/.runtime ## build the image twice, and compare the digests with each other and with action.yml
	@tests/e2e/prepare.sh skopeo
	@$(RELEASE) reproduce

release-dry-run: $(BIN)/.e2e ## build, push and use a release, with a registry on this machine
	@tests/e2e/prepare.sh skopeo docker-registry
	$(PYTEST_E2E) tests/e2e/test_release.py $(ARGS)

release: $(BIN)/.runtime ## make the changes of a release commit (VERSION=1.2.3)
	@tests/e2e/prepare.sh skopeo
	@$(RELEASE) prepare $(VERSION)

reopen: $(BIN)/.runtime ## after a release: build the action from its sources again
	@$(RELEASE) reopen

release-files: $(BIN)/.runtime
	@tests/e2e/prepare.sh skopeo
	@$(RELEASE) build build/release

publish: $(BIN)/.runtime
	@$(RELEASE) publish build/release
