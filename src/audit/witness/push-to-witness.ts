/**
 * Has checkpoints cosigned: sends each with a consistency proof from the last one that the witness knows
 * (c2sp.org/tlog-witness), and stores the cosignature beside the checkpoint. A witness that does not answer delays nothing.
 *
 * The tree is kept in memory, some 64 bytes an event, because a proof can start anywhere in it.
 */
import type { ProofStore } from '../../store/log/checkpoints.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { openNote, type Verifier } from '../checkpoint/note.ts'
import { MerkleTree, sameHash } from '../tree/merkle.ts'
import { hashPages } from '../tree/pages.ts'
import { linesOfWitness } from './cosignature.ts'
import { addRequest } from './witness.ts'

const HTTP_TIMEOUT_MS = 5_000
/** First with the size we remember, then with the one that the witness names. */
const MAX_TRIES = 3
const MAX_ANSWER_CHARS = 64 * 1024

export type WitnessAddress = { readonly url: string; readonly verifier: Verifier }

export type Pushed =
  | { readonly kind: 'cosigned'; readonly witness: Verifier }
  /** It has cosigned something that our log contradicts. */
  | { readonly kind: 'contradicts'; readonly witness: Verifier; readonly text: string }
  /** Another replica sent a larger checkpoint first; ours is sent when we have signed that far too. */
  | { readonly kind: 'overtaken'; readonly witness: Verifier }
  | { readonly kind: 'away'; readonly witness: Verifier; readonly text: string }

export type WitnessPusher = {
  /** One answer for each witness that has not cosigned this checkpoint yet. Never throws for a witness that fails. */
  push(checkpoint: Checkpoint, note: string): Promise<readonly Pushed[]>
  /** The last checkpoints of this log that witnesses remember, unverified. Only an `elevate witness` answers this. */
  recall(origin: string): Promise<readonly { readonly note: string; readonly from: string }[]>
}

/** One for each process. */
export function witnessPusher(
  proof: Pick<ProofStore, 'size' | 'leafHashes' | 'keepCosignature'>,
  witnesses: readonly WitnessAddress[],
): WitnessPusher {
  let tree = new MerkleTree()
  const known = new Map<string, { size: number; root: Uint8Array | undefined }>()

  /** The tree up to the checkpoint, read again from the start when it is another one after a restore; undefined when the log does not have it. */
  const grow = async ({ size, root }: Checkpoint): Promise<MerkleTree | undefined> => {
    for (const fresh of [false, true]) {
      if (fresh || tree.size > size) tree = new MerkleTree()
      for await (const page of hashPages(proof, tree.size, size))
        for (const { hash } of page) tree.append(hash)
      if (tree.size === size && sameHash(tree.root(), root)) return tree
    }
    return undefined
  }

  const pushTo = async (
    { url, verifier }: WitnessAddress,
    checkpoint: Checkpoint,
    note: string,
    grown: MerkleTree,
  ): Promise<Pushed> => {
    const { size } = checkpoint
    let old = Math.min(known.get(verifier.vkey)?.size ?? 0, size)
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const body = addRequest(old, grown.consistencyProof(old), note)
      const answer = await ask(`${url}/add-checkpoint`, { method: 'POST', body })
      if (answer.status === 200) {
        const lines = linesOfWitness(answer.body, verifier)
        const [line] = lines
        if (!line || !openNote(`${note}${line}`, [verifier]).ok)
          return { kind: 'away', witness: verifier, text: 'what it answered is not its cosignature' }
        await proof.keepCosignature(note, `${verifier.name}+${verifier.id}`, line)
        known.set(verifier.vkey, { size, root: checkpoint.root })
        return { kind: 'cosigned', witness: verifier }
      }
      const named =
        answer.status === 409 ? Number(/^(\d{1,16})\n?$/.exec(answer.body)?.[1] ?? Number.NaN) : Number.NaN
      if (Number.isSafeInteger(named) && named <= size && named !== old) {
        old = named
        continue
      }
      if (named > size && (await proof.size()) >= named) return { kind: 'overtaken', witness: verifier }
      if (answer.status === 422 || (answer.status === 409 && Number.isSafeInteger(named)))
        return {
          kind: 'contradicts',
          witness: verifier,
          text:
            named > size
              ? `it knows a checkpoint of ${named} events, and there are ${size}`
              : `the log does not follow from the checkpoint of ${Number.isNaN(named) ? old : named} events that it knows`,
        }
      return { kind: 'away', witness: verifier, text: `it answered ${answer.status}` }
    }
    return { kind: 'away', witness: verifier, text: 'it names another size every time' }
  }

  return {
    push: async (checkpoint, note) => {
      const waiting = witnesses.filter(({ verifier }) => {
        const last = known.get(verifier.vkey)
        return last?.size !== checkpoint.size || !last.root || !sameHash(last.root, checkpoint.root)
      })
      if (waiting.length === 0) return []
      const grown = await grow(checkpoint)
      if (!grown) return []
      return Promise.all(
        waiting.map((one) =>
          pushTo(one, checkpoint, note, grown).catch(
            (error: unknown): Pushed => ({ kind: 'away', witness: one.verifier, text: String(error) }),
          ),
        ),
      )
    },
    recall: async (origin) => {
      const answers = await Promise.allSettled(
        witnesses.map(async ({ url, verifier }) => {
          const { status, body } = await ask(`${url}/checkpoint?origin=${encodeURIComponent(origin)}`, {})
          return status === 200 ? [{ note: body, from: `the witness ${verifier.name}` }] : []
        }),
      )
      return answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    },
  }
}

async function ask(
  url: string,
  init: { readonly method?: string; readonly body?: string },
): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await fetch(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
  })
  let body = ''
  const text = new TextDecoder()
  for await (const piece of answer.body ?? []) {
    body += text.decode(piece, { stream: true })
    if (body.length > MAX_ANSWER_CHARS) throw new Error('its answer is too long')
  }
  return { status: answer.status, body: body + text.decode() }
}
