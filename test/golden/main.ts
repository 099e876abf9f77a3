/** `npm run golden`: plays one story and compares its events, Slack calls and exports with what is kept here. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { handOver } from './hand-over.ts'
import { goldenOf } from './record.ts'
import { openStage } from './stage.ts'
import { playGoldenStory } from './story.ts'

const kept = path.join(import.meta.dirname, 'kept')
const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } })

const folder = mkdtempSync(path.join(tmpdir(), 'elevate-golden-'))
try {
  await using stage = await openStage(folder)
  await playGoldenStory(stage)
  await handOver(stage, folder)
  const found = goldenOf({ folder, wire: stage.wire(), literals: stage.literals })
  const now = values.update ? kept : path.join(folder, 'now')
  mkdirSync(now, { recursive: true })
  for (const [name, text] of Object.entries(found)) writeFileSync(path.join(now, name), text)
  if (values.update) process.stdout.write(`Written: ${kept}\n`)
  else {
    const { status } = spawnSync('git', ['--no-pager', 'diff', '--no-index', kept, now], { stdio: 'inherit' })
    if (status === 0) process.stdout.write('The story is what it was.\n')
    process.exitCode = status === 0 ? 0 : 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit()
