/**
 * Checkpoints (c2sp.org/tlog-checkpoint): what the log says of itself, as a signed note of three lines: the log's name,
 * how many events it has, and the root hash over them. The format allows further lines; we refuse them, because nobody
 * who checks a log could check those.
 */
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { openNote, readBase64, type Signer, signNote, type Verifier } from './note.ts'

const HASH_BYTES = 32

export type Checkpoint = {
  /** Names the log; the same as the name of the key that signs. Never used again after a reset. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

type OpenedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly signedBy: readonly Verifier[] }
  | { readonly ok: false; readonly fault: string }

/** The text that is signed. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
}

/** The lines of a note's text, which ends in a newline. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1)
}

/** The text of a note, without its signatures; empty when it is not a note. */
export function textOf(note: string): string {
  return note.slice(0, note.indexOf('\n\n') + 1)
}

/** Undefined when the text is not a checkpoint in its only spelling. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', size = '', encoded = '', end, ...more] = text.split('\n')
  const root = readBase64(encoded)
  if (end !== '' || more.length > 0 || origin === '' || !/^(?:0|[1-9][0-9]{0,15})$/.test(size))
    return undefined
  if (root?.length !== HASH_BYTES || !Number.isSafeInteger(Number(size))) return undefined
  return { origin, size: Number(size), root }
}

/** What a note claims, before any signature was checked; undefined when its text is not a checkpoint. */
export function claimedCheckpoint(note: string): Checkpoint | undefined {
  return parseCheckpoint(textOf(note))
}

/** A signed note in the name of the signing key. */
export function signCheckpoint(size: number, root: Uint8Array, signer: Signer): string {
  return signNote(formatCheckpoint({ origin: signer.verifier.name, size, root }), [signer])
}

/** A checkpoint that at least one of these keys has signed, in the name of its own log. */
export function openCheckpoint(note: string, known: readonly Verifier[]): OpenedCheckpoint {
  const opened = openNote(note, known)
  if (!opened.ok) return opened
  const checkpoint = parseCheckpoint(opened.text)
  if (!checkpoint) return { ok: false, fault: 'its text is not a checkpoint: a name, a size and a root hash' }
  const signedBy = opened.signedBy.filter((one) => one.name === checkpoint.origin)
  if (signedBy.length === 0)
    return { ok: false, fault: `it is signed, but not by the key of ${checkpoint.origin}` }
  return { ok: true, checkpoint, signedBy }
}

/** The last checkpoint in the database, for those who cannot sign one now. Its signature is not checked. */
export async function keptCheckpoint(
  proof: Pick<ProofStore, 'lastCheckpoint'>,
): Promise<{ readonly checkpoint: Checkpoint; readonly note: string } | undefined> {
  const kept = await proof.lastCheckpoint()
  const checkpoint = kept && claimedCheckpoint(kept.note)
  return kept && checkpoint ? { checkpoint, note: kept.note } : undefined
}

/**
 * The notes in a text that has one or many, between other paragraphs and in code fences, as people paste them. Nothing
 * inside a note is repaired: `openCheckpoint` says what is wrong there.
 */
export async function* notesIn(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let before: string | undefined
  for await (const paragraph of paragraphsOf(text)) {
    if (paragraph.startsWith('— ')) yield `${before ?? ''}\n\n${paragraph}\n`
    before = paragraph
  }
}

async function* paragraphsOf(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of text) {
    const paragraphs = (rest + piece).split('\n\n')
    rest = paragraphs.pop() ?? ''
    yield* paragraphs.map(unfenced)
  }
  yield unfenced(rest)
}

function unfenced(paragraph: string): string {
  return paragraph.replace(/^\n*(?:```\n?)?/, '').replace(/\n?(?:```\s*)?$/, '')
}
