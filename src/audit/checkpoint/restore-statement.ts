/**
 * What an operator signs to confirm a restored database (the end of a quarantine): these checkpoints were signed over a
 * log that is gone. A signed note like a checkpoint, with another first line, so that neither can be taken for the other:
 *
 *     elevate-restore/v1
 *     elevate.example.com/audit
 *     kept 14 <root>           what the log was when somebody looked and confirmed
 *     abandoned 20 <root>      one line for each checkpoint that no longer counts
 *
 * It is kept in the log, in an event `checkpoint.abandoned`. It is believed for its signature, not for its place: the
 * owner of the database can write any event, but has no key.
 */
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { type Checkpoint, linesOf } from './checkpoint.ts'
import { openNote, readBase64, type Signer, signNote, type Verifier } from './note.ts'

const FIRST_LINE = 'elevate-restore/v1'

/** Checkpoints in one statement: so its event stays well below the 65,535 bytes that a tile can hold. */
export const MAX_ABANDONED = 500

/** A checkpoint that no longer counts, or a log as it was kept. */
export type Abandoned = Pick<Checkpoint, 'size' | 'root'>

type RestoreStatement = {
  readonly origin: string
  readonly kept: Abandoned
  readonly abandoned: readonly Abandoned[]
}

/** A confirmed restore: at which event, how many events were kept, how many checkpoints no longer count. */
export type Restore = { readonly index: number; readonly kept: number; readonly abandoned: number }

const line = (word: string, { size, root }: Abandoned) =>
  `${word} ${size} ${Buffer.from(root).toString('base64')}\n`

/** The signed notes: as many as it takes for all of these checkpoints. */
export function signRestore(
  kept: Abandoned,
  abandoned: readonly Abandoned[],
  signer: Signer,
): readonly string[] {
  const notes: string[] = []
  for (let from = 0; from < abandoned.length; from += MAX_ABANDONED) {
    const lines = abandoned.slice(from, from + MAX_ABANDONED).map((one) => line('abandoned', one))
    const text = `${FIRST_LINE}\n${signer.verifier.name}\n${line('kept', kept)}${lines.join('')}`
    notes.push(signNote(text, [signer]))
  }
  return notes
}

/** Undefined when none of these keys has signed it in the name of its log, or when it is not a restore statement. */
export function openRestore(
  note: string,
  keys: readonly Verifier[],
): { readonly statement: RestoreStatement; readonly signedBy: readonly Verifier[] } | undefined {
  const opened = openNote(note, keys)
  if (!opened.ok) return undefined
  const [first, origin = '', keptLine = '', ...rest] = linesOf(opened.text)
  const signedBy = opened.signedBy.filter((one) => one.name === origin)
  const kept = readLine('kept', keptLine)
  const abandoned = rest.map((one) => readLine('abandoned', one))
  if (first !== FIRST_LINE || !kept || signedBy.length === 0 || abandoned.length === 0) return undefined
  if (abandoned.some((one) => !one)) return undefined
  return { statement: { origin, kept, abandoned: abandoned.filter((one) => one !== undefined) }, signedBy }
}

function readLine(word: string, text: string): Abandoned | undefined {
  const [found, size = '', encoded = '', ...more] = text.split(' ')
  const root = readBase64(encoded)
  if (found !== word || more.length > 0 || !/^(?:0|[1-9][0-9]{0,15})$/.test(size) || root?.length !== 32)
    return undefined
  return { size: Number(size), root }
}

/** Checkpoints that no longer count, by size and root. */
export class AbandonedSet {
  readonly #known = new Set<string>()

  add(all: readonly Abandoned[]): void {
    for (const one of all) this.#known.add(nameOf(one))
  }

  has(one: Abandoned): boolean {
    return this.#known.has(nameOf(one))
  }
}

function nameOf({ size, root }: Abandoned): string {
  return `${size} ${Buffer.from(root).toString('base64')}`
}

/** The signed note in the bytes of an event, not checked yet; empty when there is none. */
export function statementIn(bytes: string): string {
  try {
    const { statement } = (JSON.parse(bytes) as { detail?: { statement?: unknown } }).detail ?? {}
    return typeof statement === 'string' ? statement : ''
  } catch {
    return ''
  }
}

/** The checkpoints that were abandoned, as far as one of these keys has signed that. */
export async function abandonedIn(
  proof: Pick<ProofStore, 'aboutCheckpoints'>,
  keys: readonly Verifier[],
): Promise<AbandonedSet> {
  const all = new AbandonedSet()
  for (const { bytes } of await proof.aboutCheckpoints('checkpoint.abandoned')) {
    const opened = openRestore(statementIn(bytes), keys)
    if (opened) all.add(opened.statement.abandoned)
  }
  return all
}
