"""Jenkins: a step of a shared library, and the help that Jenkins shows for it.

Sources: jenkins.io/doc/book/pipeline/shared-libraries ("Defining global variables"), jenkins.io/doc/pipeline/steps
(sh, withEnv, withCredentials, junit). In the sandbox of a library only methods of script-security's generic-whitelist
may be called: `JsonSlurper` is in it, `JsonSlurperClassic` is not. Jenkins saves the state of the script while a step
runs, so no local variable and no unfinished expression around a step may hold what cannot be serialized, like the
parser of JSON or an iterator.
"""

from collections.abc import Mapping
from html import escape
from string import Template
from textwrap import indent

from testsigma_action.platforms.jenkins import Jenkins
from tools.ci_files import docker, project
from tools.ci_files.inputs import SETTINGS

STEP = Template("""\
// $generated
import groovy.json.JsonOutput
import groovy.json.JsonSlurper

/**
 * Runs Testsigma test plans. Fails if they did not pass. Returns the outputs: their names -> texts.
 * testsigma.txt describes the inputs. Needs the plugins credentials-binding and junit.
 */
Map call(Map inputs = [:]) {
    // The outputs of an earlier build in the same workspace must not be taken for those of this one.
    writeFile file: outputsFile(), text: '{}'
    try {
        withEnv(variablesOf(inputs)) {
            withCredentials([string(credentialsId: inputs.credentialsId, variable: 'TESTSIGMA_API_KEY')]) {
                // In single quotes the shell reads the variables, so that no value is a part of the script.
                sh label: 'Testsigma', script: \'\'\'
$command
                \'\'\'
            }
        }
    } finally {
        publish(outputs()['junit-file'])
    }
    return outputs()
}

/** The outputs of the last run in this workspace, also if it failed: `testsigma.outputs()['run-url']`. */
Map outputs() {
    String text = readFile(outputsFile())
    Map found = [:]
    found.putAll(new JsonSlurper().parseText(text))
    return found
}

private void publish(String junitFile) {
    if (junitFile) {
        junit testResults: junitFile, allowEmptyResults: true
    }
}

private String outputsFile() {
    return 'test-results/testsigma-outputs.json'
}

/** Assignments for withEnv. */
private List<String> variablesOf(Map inputs) {
    Map<String, String> names = variableNames()
    List<String> variables = ['TESTSIGMA_IMAGE=$image']
    List<String> unknown = []
    for (String name in inputs.keySet()) {
        if (names.containsKey(name)) {
            variables.add(names[name] + '=' + textOf(inputs[name]))
        } else if (name != 'credentialsId') {
            unknown.add(name)
        }
    }
    if (unknown) {
        String known = names.keySet().join(', ')
        error 'testsigma: no input is called ' + unknown.join(' or ') + '. Inputs: credentialsId, ' + known
    }
    if (!inputs.credentialsId) {
        error 'testsigma: credentialsId is missing. Set it to the ID of the credential (Secret text) with the API key.'
    }
    return variables
}

private String textOf(Object value) {
    if (value instanceof Map) {
        return JsonOutput.toJson(value)
    }
    if (value instanceof List) {
        return '[' + value.collect { Object each -> textOf(each) }.join(', ') + ']'
    }
    return value == null ? '' : value.toString()
}

private Map<String, String> variableNames() {
    return [
        image: 'TESTSIGMA_IMAGE',
$names
    ]
}
""")
HELP = Template("""\
<!-- $generated -->
<p>$description</p>
<pre>testsigma(credentialsId: 'testsigma-api-key', planId: 431)</pre>
<p>The step fails if the tests did not pass. It returns the outputs, as <code>testsigma.outputs()</code> does later,
also after a failure. The JUnit file is published in any case.</p>
<dl>
<dt>credentialsId</dt><dd>ID of a credential of the kind "Secret text" with the Testsigma API key. Required.</dd>
<dt>image</dt><dd>Container image. Default: $image.</dd>
$inputs
</dl>
""")


def files() -> Mapping[str, str]:
    """The files of Jenkins."""
    return {"jenkins/vars/testsigma.groovy": _step(), "jenkins/vars/testsigma.txt": _help()}


def _step() -> str:
    names = ",\n".join(f"{each.camel_case}: '{each.variable}'" for each in SETTINGS)
    # Groovy joins lines at a backslash as the shell does.
    # The container recognises Jenkins by BUILD_TAG if Jenkins does not know its own address.
    command = docker.run(Jenkins, "BUILD_TAG")
    return STEP.substitute(
        generated=project.GENERATED,
        image=project.IMAGE,
        command=indent(command, " " * 20),
        names=indent(names, " " * 8),
    )


def _help() -> str:
    inputs = "\n".join(f"<dt>{each.camel_case}</dt><dd>{escape(each.text)}</dd>" for each in SETTINGS)
    return HELP.substitute(
        generated=project.GENERATED, description=project.DESCRIPTION, image=project.IMAGE, inputs=inputs
    )
