import { hostname } from 'node:os'
import { type ScheduledTask, schedule } from 'node-cron'
import type { CheckpointSigner } from '../audit/checkpoint/sign-checkpoint.ts'
import type { WitnessPusher } from '../audit/witness/push-to-witness.ts'
import { channelLane } from '../core/notice.ts'
import { beginQuarantine } from '../operations/log/begin-quarantine.ts'
import type { World } from '../operations/world.ts'
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
  world: World,
  signer: CheckpointSigner,
  pusher: WitnessPusher | undefined,
): Checkpoints {
  const witnessing = pusher && makeWitnessing(world, signer, pusher)
  let recalled: Promise<void> | undefined
  let task: ScheduledTask | undefined
  let told: string | undefined

  const sign = async (): Promise<boolean> => {
    recalled ??= witnessing?.recall()
    await recalled
    const signed = await signer.sign()
    if (signed.kind !== 'refused') {
      told = undefined
      if (signed.kind === 'signed') {
        world.store.quarantine.remember(signed.checkpoint.size, signed.leafHash)
        witnessing?.push(signed)
      }
      return true
    }
    world.log.error({ why: signed.why, signed: signed.signed, size: signed.size }, signed.text)
    if (signed.why !== 'foreign') await shutDown(signed.why, signed.text)
    else if (told !== signed.text) {
      told = signed.text
      await world.store.transaction(async (tx) => {
        tx.tell({
          lane: channelLane(world.catalog().securityChannel),
          notice: { kind: 'log-refused', text: signed.text },
        })
      })
      world.nudge.outbox()
    }
    return false
  }

  const shutDown = async (why: 'restored' | 'rewritten', said: string): Promise<void> => {
    const { against } = await signer.contradictions(hostname(), [])
    await beginQuarantine(world.store, { why, said, evidence: against }, world.catalog().securityChannel)
    world.nudge.outbox()
  }

  const tick = async (): Promise<void> => {
    try {
      await sign()
    } catch (error) {
      world.log.warn(
        { error: String(error) },
        'the audit log could not be signed now; tried again in 20 seconds',
      )
    }
  }

  return {
    start() {
      task = schedule('*/20 * * * * *', tick, { noOverlap: true, suppressMissedWarning: true })
    },
    sign,
    key: () => signer.verifier.vkey,
    async stop() {
      await task?.destroy()
      await witnessing?.stop()
    },
  }
}
