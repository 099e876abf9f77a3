import { hostname } from 'node:os'
import type { ScheduledTask } from 'node-cron'
import type { CheckpointSigner, Signing } from '../audit/checkpoint/sign-checkpoint.ts'
import type { Pushed, WitnessPusher } from '../audit/witness/push-to-witness.ts'
import type { Log } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'
import { schedule } from './background.ts'

export type Checkpoints = {
  start(): void
  /** Signs the current log. False when the log contradicts what was signed before. */
  sign(): Promise<boolean>
  /** The current verifier key; after a rotation the new one, from the next signing on. */
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
      log.warn({ error: String(error) }, 'could not sign the audit log; retrying in 20 seconds')
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

type Witnessing = {
  /** Before the first signing: asks the witnesses what they remember. Without an anchor file they are the only memory. */
  recall(): Promise<void>
  /** Has a checkpoint cosigned in the background; while that runs, later checkpoints wait for the next time. */
  push(signed: Extract<Signing, { kind: 'signed' }>): void
  stop(): Promise<void>
}

function makeWitnessing(
  work: Work['log'],
  log: Log,
  signer: CheckpointSigner,
  pusher: WitnessPusher,
): Witnessing {
  let pushing: Promise<void> | undefined
  const reported = new Map<string, string>()

  /** A checkpoint that a witness remembers and the log contradicts stops the signing; the next turn finds it. */
  const recall = async (): Promise<void> => {
    signer.addKnownCheckpoints(await pusher.recall(signer.verifier.name))
  }

  const report = async (pushed: Extract<Pushed, { kind: 'contradicts' | 'away' }>): Promise<void> => {
    const { kind, text, witness } = pushed
    if (reported.get(witness.vkey) === text) return
    reported.set(witness.vkey, text)
    log.warn({ witness: witness.name, text }, 'witness did not cosign the audit log')
    if (kind === 'away') return
    await work.notifyWitnessRefused(witness.name, text)
  }

  const pushNow = async ({ checkpoint, note }: Extract<Signing, { kind: 'signed' }>): Promise<void> => {
    const answers = await pusher.push(checkpoint, note)
    if (answers.some((one) => one.kind === 'contradicts')) await recall()
    for (const one of answers) {
      if (one.kind === 'cosigned') reported.delete(one.witness.vkey)
      else if (one.kind !== 'overtaken') await report(one)
    }
  }

  return {
    recall,
    push(signed) {
      pushing ??= pushNow(signed)
        .catch((error: unknown) =>
          log.warn({ error: String(error) }, 'could not ask the witnesses; retrying in 20 seconds'),
        )
        .finally(() => {
          pushing = undefined
        })
    },
    async stop() {
      await pushing
    },
  }
}
