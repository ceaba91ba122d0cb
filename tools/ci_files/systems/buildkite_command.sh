#!/usr/bin/env bash
# @GENERATED@
#
# Runs the image with the settings of the plugin. Variables are passed by their names only: others can see command lines.
set -euo pipefail

settings=(
@SETTINGS@
)
variables=(
@VARIABLES@
)
outputs=@OUTPUTS@

prefix="BUILDKITE_PLUGIN_${BUILDKITE_PLUGIN_NAME:-TESTSIGMA}_"

# Print a setting of the plugin; nothing if it was not given.
setting() {
  local name="$prefix$1"
  printf '%s' "${!name:-}"
}

# A setting that is misspelt would have no effect. The agent makes several variables of a list: PLANS_0_PLAN_ID.
for variable in $(compgen -v "$prefix" || true); do
  name="${variable#"$prefix"}"
  if [[ " IMAGE ${settings[*]} " != *" $name "* ]]; then
    echo "ERROR: the plugin has no setting '$(tr '[:upper:]_' '[:lower:]-' <<<"$name")'. Nothing was started."
    echo "Settings: image $(tr '[:upper:]_' '[:lower:]-' <<<"${settings[*]}"). Write a list or a mapping as text, after '|'."
    exit 2
  fi
done

image="$(setting IMAGE)"
arguments=(--rm --init --user "$(id -u):$(id -g)" --volume "$PWD:/work")
for name in "${settings[@]}"; do
  value="$(setting "$name")"
  if [[ -n "$value" ]]; then
    export "TESTSIGMA_$name=$value"
  fi
  arguments+=(--env "TESTSIGMA_$name")
done
for name in "${variables[@]}"; do
  arguments+=(--env "$name")
done

# With the agent, the step can annotate the build with its summary.
agent="$(command -v buildkite-agent || true)"
if [[ -n "$agent" ]]; then
  arguments+=(--volume "$agent:/usr/bin/buildkite-agent:ro")
fi

# When the job is cancelled, docker gets the signal too, and the step stops its run. This hook must not end before it.
trap : INT TERM
rm -f "$outputs"
status=0
docker run "${arguments[@]}" "${image:-@IMAGE@}" || status=$?

# Some engines lose the exit code, and another image can end with 0 too. A pass needs the word of the step.
if ((status == 0)) && ! grep -Eqsx 'TESTSIGMA_OUTPUT_CONCLUSION=(passed|started)' "$outputs"; then
  echo "ERROR: docker ended with exit code 0, but the step has no conclusion that is a success. See the log above."
  status=1
fi

# Later steps may run on other machines: they get the outputs as meta-data of the build.
if [[ -n "$agent" && -s "$outputs" ]]; then
  step="${BUILDKITE_STEP_KEY:+-$BUILDKITE_STEP_KEY}${BUILDKITE_PARALLEL_JOB:+-$BUILDKITE_PARALLEL_JOB}"
  "$agent" meta-data set "testsigma-outputs$step" <"$outputs" ||
    echo "Warning: the outputs were not set as meta-data of the build."
fi
exit "$status"
