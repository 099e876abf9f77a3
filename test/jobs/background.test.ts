import { expect, it, onTestFinished, vi } from 'vitest'
import type { Log } from '../../src/core/ports.ts'
import { background, schedule } from '../../src/jobs/background.ts'

type Line = { readonly level: string; readonly facts: object; readonly text: string }

/** A log, and the first line of it that a test waits for. */
function listen(): { readonly log: Log; readonly lines: Line[]; first(text: RegExp): Promise<Line> } {
  const lines: Line[] = []
  let heard = Promise.withResolvers<void>()
  const at = (level: string) => (facts: object, text: string) => {
    lines.push({ level, facts, text })
    heard.resolve()
    heard = Promise.withResolvers<void>()
  }
  const first = async (text: RegExp): Promise<Line> => {
    for (;;) {
      const line = lines.find((one) => text.test(one.text))
      if (line) return line
      await heard.promise
    }
  }
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines, first }
}

it('runs one at a time, goes on after a failure, and waits for the run under way when it stops', async () => {
  const { log, lines, first } = listen()
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let runs = 0
  const job = background(log, 'the job failed', async () => gates[runs++]?.promise)
  job.run()
  job.run()
  expect(runs).toBe(1)
  gates[0]?.reject(new Error('no luck'))
  await first(/the job failed/)
  expect(lines).toEqual([{ level: 'warn', facts: { error: 'Error: no luck' }, text: 'the job failed' }])
  job.run()
  expect(runs).toBe(2)
  const stopped = job.stop()
  job.run()
  expect(runs).toBe(2)
  gates[1]?.resolve()
  await stopped
})

it('lets the scheduler speak through our log only, also when a turn takes longer than its time', async () => {
  const printed = [
    vi.spyOn(process.stdout, 'write'),
    vi.spyOn(process.stderr, 'write'),
    vi.spyOn(console, 'warn'),
  ]
  for (const one of printed) onTestFinished(() => one.mockRestore())
  const { log, first } = listen()
  const slow = Promise.withResolvers<void>()
  const task = schedule('* * * * * *', () => slow.promise, { log })
  onTestFinished(() => void task.destroy())
  expect(await first(/overlap/)).toMatchObject({ level: 'debug', facts: { schedule: '* * * * * *' } })
  slow.resolve()
  expect(printed.flatMap((one) => one.mock.calls.map((call) => String(call[0]))).join()).not.toContain('CRON')
})
