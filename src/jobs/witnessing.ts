import type { CheckpointSigner, Signing } from '../audit/checkpoint/sign-checkpoint.ts'
import type { Pushed, WitnessPusher } from '../audit/witness/push-to-witness.ts'
import type { Log } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'

export type Witnessing = {
  /** Before the first signing: what do the witnesses remember? Where there is no anchor file, they are the memory. */
  recall(): Promise<void>
  /** Has a checkpoint cosigned, in the background; while one is under way, others are left for the next time. */
  push(signed: Extract<Signing, { kind: 'signed' }>): void
  stop(): Promise<void>
}

export function makeWitnessing(
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
    log.warn({ witness: witness.name, text }, 'a witness has not cosigned the audit log')
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
          log.warn({ error: String(error) }, 'the witnesses could not be asked; tried again in 20 seconds'),
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
