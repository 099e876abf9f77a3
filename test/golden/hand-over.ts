/** What an auditor is given: made by the program, as an operator would. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Stage } from './stage.ts'

const root = path.join(import.meta.dirname, '../..')
const DAY_MS = 24 * 60 * 60 * 1000

/** Leaves `evidence/`, `export/` and `vkey` in `out`. */
export async function handOver({ demo }: Stage, out: string): Promise<void> {
  const elevate = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/main.ts', ...args], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL_FILE: demo.databaseUrlFile,
        ELEVATE_CONFIG: demo.config,
        ELEVATE_AUDIT_KEY_FILE: path.join(path.dirname(demo.config), 'audit.key'),
        ELEVATE_AUDIT_ANCHOR_FILE: path.join(path.dirname(demo.config), 'audit.anchor'),
      },
    })
    return stdout
  }
  const to = await demo.elevate.world.store.reads.now()
  const span = ['--from', new Date(to.getTime() - DAY_MS).toISOString(), '--to', to.toISOString()]
  await elevate('evidence', ...span, '--out', path.join(out, 'evidence'))
  await elevate('audit', 'export', '--out', path.join(out, 'export'))
}
