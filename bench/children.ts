/** Programs under measurement, each a process of its own, none of which outlives the bench. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const GRACE_MS = 10_000

export type Child = {
  readonly process: ChildProcess
  /** Milliseconds from the spawn to this text in its output. */
  says(text: string): Promise<number>
  /** Resident memory in MB. */
  memory(): Promise<number>
  stop(): Promise<void>
}

const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

export function startProgram(file: string, env: Readonly<Record<string, string>>): Child {
  const began = performance.now()
  const child = spawn(process.execPath, [path.join(root, file)], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  alive.add(child)
  let written = ''
  const looking = new Set<() => void>()
  const look = () => {
    for (const one of [...looking]) one()
  }
  let over = false
  const ended = once(child, 'close').then(() => {
    over = true
    alive.delete(child)
    look()
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-100_000)
      look()
    })
  return {
    process: child,
    says: (text) =>
      new Promise((resolve, reject) => {
        const one = () => {
          const found = written.includes(text)
          if (!found && !over) return
          looking.delete(one)
          if (found) resolve(performance.now() - began)
          else reject(new Error(`${file} ended without saying “${text}”:\n${written}`))
        }
        looking.add(one)
        one()
      }),
    memory: () => residentMemory(child.pid ?? 0),
    async stop() {
      if (over) return
      child.kill('SIGTERM')
      const impatient = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
      await ended
      clearTimeout(impatient)
    },
  }
}

async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return (
    Number(kilobytes ?? execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
  )
}
