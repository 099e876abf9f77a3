import { hostname } from 'node:os'
import type { ScheduledTask } from 'node-cron'
import type { CheckpointSigner } from '../audit/checkpoint/sign-checkpoint.ts'
import type { WitnessPusher } from '../audit/witness/push-to-witness.ts'
import type { Log } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'
import { schedule } from './background.ts'
import { makeWitnessing } from './witnessing.ts'

export type Checkpoints = {
  start(): void
  /** Signs what is there now. False when the log contradicts what was signed before. */
  sign(): Promise<boolean>
  /** The verifier key of now; after a rotation the new one, from the next signing on. */
  key(): string
  stop(): Promise<void>
}

/** Signs the audit log three times a minute, so that no event stays without a signature for a minute. */
export function makeCheckpoints(
  work: Work['log'],
  log: Log,
  signer: CheckpointSigner,
  pusher: WitnessPusher | undefined,
): Checkpoints {
  const witnessing = pusher && makeWitnessing(work, log, signer, pusher)
  let recalled: Promise<void> | undefined
  let task: ScheduledTask | undefined
  let reported: string | undefined

  const sign = async (): Promise<boolean> => {
    recalled ??= witnessing?.recall()
    await recalled
    const signed = await signer.sign()
    if (signed.kind !== 'refused') {
      reported = undefined
      if (signed.kind === 'signed') {
        work.remember(signed.checkpoint.size, signed.leafHash)
        witnessing?.push(signed)
      }
      return true
    }
    log.error({ why: signed.why, signed: signed.signed, size: signed.size }, signed.text)
    if (signed.why !== 'foreign') await shutDown(signed.why, signed.text)
    else if (reported !== signed.text) {
      reported = signed.text
      await work.notifyRefused(signed.text)
    }
    return false
  }

  const shutDown = async (why: 'restored' | 'rewritten', said: string): Promise<void> => {
    const { against } = await signer.contradictions(hostname(), [])
    await work.beginQuarantine({ why, said, evidence: against })
  }

  const tick = async (): Promise<void> => {
    try {
      await sign()
    } catch (error) {
      log.warn({ error: String(error) }, 'the audit log could not be signed now; tried again in 20 seconds')
    }
  }

  return {
    start() {
      task = schedule('*/20 * * * * *', tick, { log })
    },
    sign,
    key: () => signer.verifier.vkey,
    async stop() {
      await task?.destroy()
      await witnessing?.stop()
    },
  }
}
