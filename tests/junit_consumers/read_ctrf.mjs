// Reads CTRF files with the package `ctrf`: node read_ctrf.mjs NODE_MODULES FILE... Prints what it finds as JSON.
import { readFileSync } from 'node:fs'

const [folder, ...files] = process.argv.slice(2)
const { addInsights, calculateSummary, isTestFlaky, parse, validate } = await import(`${folder}/ctrf/dist/index.js`)

const found = files.map((file) => {
  const report = parse(readFileSync(file, 'utf8'))
  const { summary, tests } = report.results
  const earlier = structuredClone(report)
  earlier.results.summary.start -= 1000
  const insights = addInsights(structuredClone(report), [earlier])
  return {
    errors: validate(report).errors,
    counted: calculateSummary(tests, { start: summary.start, stop: summary.stop }),
    flaky: tests.filter(isTestFlaky).length,
    runs: insights.results.tests.map((test) => test.insights.executedInRuns),
    failRate: insights.insights.failRate.current,
  }
})
console.log(JSON.stringify(found))
