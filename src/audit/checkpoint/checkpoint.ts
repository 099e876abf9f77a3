/**
 * Checkpoints (c2sp.org/tlog-checkpoint): what the log says of itself, as a signed note of three lines: whose log,
 * how many events, and the root hash over them. Further lines are refused: nobody who checks a log can check them.
 */
import { openNote, readBase64, type Signer, signNote, type Verifier } from './note.ts'

const HASH_BYTES = 32

export type Checkpoint = {
  /** Names the log; the same as the name of the key that signs. Never used again after a reset. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

export type OpenedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly signedBy: readonly Verifier[] }
  | { readonly ok: false; readonly fault: string }

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
}

/** The lines of a note's text, which ends in a newline. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1)
}

/** Undefined when the text is not a checkpoint, spelt the only way there is. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', size = '', encoded = '', end, ...more] = text.split('\n')
  const root = readBase64(encoded)
  if (end !== '' || more.length > 0 || origin === '' || !/^(?:0|[1-9][0-9]{0,15})$/.test(size))
    return undefined
  if (root?.length !== HASH_BYTES || !Number.isSafeInteger(Number(size))) return undefined
  return { origin, size: Number(size), root }
}

export function signCheckpoint(size: number, root: Uint8Array, signer: Signer): string {
  return signNote(formatCheckpoint({ origin: signer.verifier.name, size, root }), [signer])
}

/** A checkpoint that a known key has signed in the name of its own log. */
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

/**
 * The notes in a text that has one or many, between other paragraphs and in code fences as people paste them. Nothing
 * inside a note is mended: what is wrong there is for `openCheckpoint` to say.
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
