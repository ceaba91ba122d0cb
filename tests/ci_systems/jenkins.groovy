// Runs a Jenkinsfile with a shared library: Groovy is real, the steps and the sections are imitations.
// Usage: jenkins.groovy JENKINSFILE FOLDER_OF_VARS; the working folder is the workspace, and the environment that of the
// agent. Standard input is JSON: the IDs of credentials -> secret texts.
import groovy.json.JsonSlurper
import java.nio.file.FileSystems
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.PathMatcher
import java.nio.file.Paths
import java.util.stream.Collectors
import org.codehaus.groovy.control.CompilerConfiguration

class Build {
    static Map variables = new TreeMap(System.getenv())
    static Map credentials = [:]
    static LinkedList sections = []
    static Path workspace = Paths.get('').toAbsolutePath()

    // What runs while some variables have other values. Jenkins removes a variable whose value is empty (EnvVars.override).
    static void with(Map values, Closure body) {
        Map before = variables
        variables = new TreeMap(before)
        values.each { name, value -> value ? variables.put(name, value) : variables.remove(name) }
        try {
            body()
        } finally {
            variables = before
        }
    }

    static int execute(List command) {
        ProcessBuilder builder = new ProcessBuilder(command*.toString()).directory(workspace.toFile()).inheritIO()
        builder.environment().clear()
        builder.environment().putAll(variables)
        Process process = builder.start()
        // On an abort Jenkins ends all processes of the build with SIGTERM (ProcessTree.java).
        Thread hook = new Thread({ process.destroy(); process.waitFor() })
        Runtime.runtime.addShutdownHook(hook)
        int code = process.waitFor()
        try { Runtime.runtime.removeShutdownHook(hook) } catch (IllegalStateException aborted) { Thread.sleep(60000) }
        return code
    }
}

class Section {
    List bodies = []
    List always = []
    Map environment = [:]
    Map docker = [:]
}

class Environment {
    Map values = [:]
    void setProperty(String name, Object value) { values[name] = value.toString() }
    String credentials(String id) { Build.credentials[id] }
}

class DockerAgent {
    Map values = [args: '']
    void image(String name) { values.image = name }
    void args(String text) { values.args = text }
}

@interface Library {
    String value()
}

abstract class Steps extends Script {
    // Steps.
    void sh(String script) { sh(script: script) }

    void sh(Map arguments) {
        Path file = Files.createTempFile('script', '.sh')
        file.toFile().text = arguments.script
        // BourneShellScript.java; in a container as WithContainerStep.java does it.
        String container = Build.sections*.docker*.container.find()
        List command = ['sh', '-xe', file]
        if (container) {
            Map passed = Build.variables.findAll { name, value -> !(name in ['PATH', 'HOME', 'PWD', 'SHLVL', '_']) }
            List options = passed.collect { name, value -> '--env=' + name + '=' + value }
            command = ['docker', 'exec', '--workdir', Build.workspace] + options + [container, 'sh', '-xec', arguments.script]
        }
        int code = Build.execute(command)
        Files.delete(file)
        if (code) { throw new Exception("script returned exit code ${code}") }
    }

    void withEnv(List assignments, Closure body) {
        Build.with(assignments.collectEntries { it.split('=', 2) as List }, body)
    }

    void withCredentials(List bindings, Closure body) {
        bindings.each { if (!Build.credentials[it.credentialsId]) { error "no credential '${it.credentialsId}'" } }
        Build.with(bindings.collectEntries { [it.variable, Build.credentials[it.credentialsId]] }, body)
    }

    Map string(Map binding) { binding }

    void junit(String pattern) { junit(testResults: pattern) }

    void junit(Map arguments) {
        PathMatcher matcher = FileSystems.default.getPathMatcher('glob:' + arguments.testResults)
        List found = Files.walk(Build.workspace).collect(Collectors.toList()).collect { Build.workspace.relativize(it) }
        found = found.findAll { matcher.matches(it) }
        if (!found && !arguments.allowEmptyResults) { error "No test report files were found: ${arguments.testResults}" }
        found.each { println "[junit] ${it}" }
    }

    String readFile(String file) { Build.workspace.resolve(file).toFile().text }

    void writeFile(Map arguments) {
        Path file = Build.workspace.resolve(arguments.file)
        Files.createDirectories(file.parent)
        file.toFile().text = arguments.text
        // Of the user of the agent.
        [file, file.parent].each { Files.setOwner(it, Files.getOwner(Build.workspace)) }
    }

    void error(String message) { throw new Exception(message) }

    void echo(Object message) { println message }

    Map getEnv() { Build.variables }

    // Sections.
    void pipeline(Closure body) { section(body) }

    void node(Closure body) { body() }

    void stage(String name, Closure body) { section(body) }

    void stages(Closure body) { Build.sections.last.bodies << body }

    void steps(Closure body) { Build.sections.last.bodies << body }

    void script(Closure body) { body() }

    void post(Closure body) { body() }

    void always(Closure body) { Build.sections.last.always << body }

    void options(Closure body) { body() }

    void timeout(Map arguments) { assert arguments.time && arguments.unit }

    void agent(String name) { assert name == 'any' }

    void agent(Closure body) { body() }

    void docker(Closure body) { Build.sections.last.docker = delegated(body, new DockerAgent()).values }

    void environment(Closure body) { Build.sections.last.environment = delegated(body, new Environment()).values }

    String getAny() { 'any' }

    Object delegated(Closure body, Object to) {
        body.delegate = to
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        return to
    }

    // `post` runs however the steps end.
    void section(Closure body) {
        Section section = new Section()
        Build.sections.addLast(section)
        try {
            body()
            Build.with(section.environment) {
                try {
                    if (section.docker) { start(section.docker) }
                    section.bodies.each { it() }
                } catch (Throwable problem) {
                    println problem
                    throw problem
                } finally {
                    section.always.each { it() }
                    if (section.docker) { Build.execute(['docker', 'rm', '--force', '--volumes', section.docker.container]) }
                }
            }
        } finally {
            Build.sections.removeLast()
        }
    }

    // WithContainerStep.java, DockerClient.java.
    void start(Map docker) {
        String workspace = Build.workspace
        String user = ['uid', 'gid'].collect { Files.getAttribute(Build.workspace, 'unix:' + it) }.join(':')
        docker.container = 'testsigma-ci-' + UUID.randomUUID()
        List options = ['-t', '-d', '-u', user] + docker.args.tokenize() + ['-w', workspace, '-v', "${workspace}:${workspace}:rw,z"]
        assert Build.execute(['docker', 'run', '--name', docker.container] + options + [docker.image, 'cat']) == 0
    }

    // The step `testsigma` is the method `call` of vars/testsigma.groovy.
    Object methodMissing(String name, Object arguments) {
        Object step = binding.variables[name]
        if (step == null) { throw new MissingMethodException(name, getClass(), arguments as Object[]) }
        return step.call(*arguments)
    }
}

Build.credentials = new JsonSlurper().parse(System.in)
CompilerConfiguration configuration = new CompilerConfiguration(scriptBaseClass: Steps.name)
Binding steps = new Binding()
GroovyShell shell = new GroovyShell(getClass().classLoader, steps, configuration)
new File(args[1]).listFiles().findAll { it.name.endsWith('.groovy') }.each { File file ->
    steps.setVariable(file.name - '.groovy', shell.parse(file))
}
try {
    shell.parse(new File(args[0])).run()
} catch (Exception problem) {
    println "ERROR: ${problem.message}"
    System.exit(1)
}
