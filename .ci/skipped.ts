/**
 * Says which tests were skipped, and exits with 1 where one is not on this list. Here nothing may be missing that a
 * test skips itself for on a laptop: a browser, Go.
 *
 *   node .ci/skipped.ts RESULTS    RESULTS: what vitest's reporter `json` wrote
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The reason, by the test's file and name. */
const ALLOWED: ReadonlyMap<string, string> = new Map(
  ['that stood before, and says so', 'that somebody gave by hand in the meantime'].map((what) => [
    `test/connectors/postgres-contract.test.ts: PostgreSQL with temporary logins keeps the contract of connectors leaves access alone ${what}`,
    'an account made for one grant has nothing from before it',
  ]),
)

type Results = {
  readonly numTotalTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

const root = path.join(import.meta.dirname, '..')
const { numTotalTests, testResults } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Results

const skipped = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => `${path.relative(root, name)}: ${fullName}`),
)
const unexpected = skipped.filter((name) => !ALLOWED.has(name))

for (const name of skipped) process.stdout.write(`skipped: ${name} (${ALLOWED.get(name) ?? 'NO REASON'})\n`)
process.stdout.write(`${skipped.length} of ${numTotalTests} tests were skipped.\n`)
if (unexpected.length > 0) {
  process.stdout.write(`${unexpected.length} of them should run here; see ALLOWED in .ci/skipped.ts.\n`)
  process.exitCode = 1
}
