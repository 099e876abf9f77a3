/** The simulator, with an ear on its wire. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Simulator, startSimulator } from 'slack-simulator'
import type { CallRecord, WireRecord } from 'slack-simulator/record'
import type { WorkspaceSeed } from 'slack-simulator/workspace'

const manifest = readFileSync(path.join(import.meta.dirname, '../manifest.yml'), 'utf8')
const PATIENCE_MS = 20_000

export type Heard = { readonly call: CallRecord; readonly at: number }

export type Slack = {
  readonly simulator: Simulator
  /** What a bot needs to come here. */
  readonly environment: Readonly<Record<string, string>>
  /** The next call like this; ask before what causes it. */
  nextCall(wanted: (call: CallRecord) => boolean): Promise<Heard>
  /** Resolves when nothing has gone over the wire for so many milliseconds. */
  quiet(ms: number): Promise<void>
}

export async function startSlack(workspace: WorkspaceSeed): Promise<Slack> {
  const waiting = new Set<(entry: WireRecord, at: number) => void>()
  let last = performance.now()
  const simulator = await startSimulator({
    manifest,
    workspace,
    pace: 'off',
    record: (entry) => {
      last = performance.now()
      for (const look of [...waiting]) look(entry, last)
    },
  })
  return {
    simulator,
    environment: {
      SLACK_BOT_TOKEN: simulator.botToken,
      SLACK_APP_TOKEN: simulator.appToken,
      SLACK_API_URL: simulator.apiUrl,
    },
    nextCall: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (entry: WireRecord, at: number) => {
          if (entry.kind !== 'call' || !wanted(entry)) return
          waiting.delete(look)
          clearTimeout(impatient)
          resolve({ call: entry, at })
        }
        const impatient = setTimeout(() => {
          waiting.delete(look)
          reject(new Error('the bot did not make the call that was waited for'))
        }, PATIENCE_MS)
        waiting.add(look)
      }),
    async quiet(ms) {
      for (let rest = ms; rest > 0; rest = last + ms - performance.now()) await sleep(rest)
    },
  }
}

/** Where a message's button is, for pressing it. */
export function buttonIn(call: CallRecord, says: string): { block: string; action: string; ts: string } {
  const { ts, message } = call.answer as { ts?: string; message?: { blocks?: readonly SeenBlock[] } }
  for (const block of message?.blocks ?? []) {
    const button = block.elements?.find((element) => element.text?.text === says)
    if (button?.action_id && ts) return { block: block.block_id ?? '', action: button.action_id, ts }
  }
  throw new Error(`there is no button “${says}” in ${JSON.stringify(call.answer)}`)
}

type SeenBlock = {
  readonly block_id?: string
  readonly elements?: readonly { readonly action_id?: string; readonly text?: { readonly text?: string } }[]
}
