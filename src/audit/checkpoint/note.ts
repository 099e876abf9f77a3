/**
 * Signed notes (c2sp.org/signed-note): a text, an empty line, and signature lines `— name base64`. A signature is four
 * bytes of key id and 64 of Ed25519 over the text with its last newline. Keys travel as text, too, in the spelling
 * that Go's `sumdb/note` reads: `name+id+base64` to verify, `PRIVATE+KEY+name+id+base64` to sign.
 *
 * Reading is strict: what has two spellings is refused, so that a note cannot be changed and stay valid. Signatures of
 * unknown keys are ignored, as the format demands; a wrong one of a known key makes the note invalid.
 */
import {
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'

/** What a key's type byte means: how a text is signed with it. */
export type Algorithm = {
  readonly byte: number
  /** From the text and what the note has after the key id: the signed message and the bare Ed25519 signature. Undefined when it has another form. */
  readonly unwrap: (
    text: string,
    signature: Uint8Array,
  ) => { readonly message: string; readonly bare: Uint8Array } | undefined
}

/** The text itself. */
const PLAIN: Algorithm = { byte: 1, unwrap: (text, signature) => ({ message: text, bare: signature }) }
const KEY_BYTES = 32
const ID_BYTES = 4
const SIGNATURE_BYTES = 64
const MAX_SIGNATURES = 100
const MAX_CHARS = 1_000_000

export type Verifier = {
  readonly name: string
  /** Eight hex digits. */
  readonly id: string
  /** The key as text, for those who check. */
  readonly vkey: string
  verify(text: string, signature: Uint8Array): boolean
}

export type Signer = {
  readonly verifier: Verifier
  /** The bare signature over these very bytes. */
  sign(text: string): Uint8Array
}

type Opened =
  | { readonly ok: true; readonly text: string; readonly signedBy: readonly Verifier[] }
  | { readonly ok: false; readonly fault: string }

/** No spaces of any script, no plus, and no half of a surrogate pair, which UTF-8 cannot spell. */
export function isKeyName(name: string): boolean {
  return name !== '' && !/[\p{White_Space}\p{Cc}+]/u.test(name) && name.isWellFormed()
}

function keyId(name: string, key: Uint8Array, { byte }: Algorithm): string {
  const named = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(byte), key])
  return hash('sha256', named, 'hex').slice(0, 2 * ID_BYTES)
}

// The fixed first bytes of an Ed25519 key in DER (RFC 8410), the form in which Node takes and gives keys.
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

function makeVerifier(name: string, key: Buffer, algorithm: Algorithm): Verifier {
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' })
  const id = keyId(name, key, algorithm)
  return {
    name,
    id,
    vkey: `${name}+${id}+${Buffer.concat([Buffer.of(algorithm.byte), key]).toString('base64')}`,
    verify: (text, signature) => {
      const { message, bare } = algorithm.unwrap(text, signature) ?? {}
      if (message === undefined || bare?.length !== SIGNATURE_BYTES) return false
      return verify(null, Buffer.from(message), publicKey, bare)
    },
  }
}

/** Undefined when it is not a verifier key: wrong spelling, another algorithm, or an id that does not belong to it. */
export function readVkey(vkey: string, algorithm: Algorithm = PLAIN): Verifier | undefined {
  const [name = '', id = '', encoded = ''] = splitKey(vkey)
  const key = readKey(encoded, algorithm)
  if (!key || !isKeyName(name) || keyId(name, key, algorithm) !== id.toLowerCase()) return undefined
  return makeVerifier(name, key, algorithm)
}

/** Base64 may have pluses of its own: only the first two separate. */
function splitKey(text: string): string[] {
  const [name = '', id = '', ...rest] = text.split('+')
  return [name, id, rest.join('+')]
}

function readKey(encoded: string, { byte }: Algorithm): Buffer | undefined {
  const bytes = readBase64(encoded)
  return bytes?.length === 1 + KEY_BYTES && bytes[0] === byte ? bytes.subarray(1) : undefined
}

/** Strict: one spelling for each sequence of bytes. */
export function readBase64(encoded: string): Buffer | undefined {
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.toString('base64') === encoded ? bytes : undefined
}

const SKEY = 'PRIVATE+KEY+'

/** A new signing key as text; keep it secret. Throws a RangeError for a bad name. */
export function makeSkey(name: string, algorithm: Algorithm = PLAIN): string {
  if (!isKeyName(name)) throw new RangeError('a key name has no spaces and no plus')
  const seed = randomBytes(KEY_BYTES)
  const id = keyId(name, publicOf(privateOf(seed)), algorithm)
  return `${SKEY}${name}+${id}+${Buffer.concat([Buffer.of(algorithm.byte), seed]).toString('base64')}`
}

/** Undefined when it is not a signing key of this algorithm. */
export function readSkey(skey: string, algorithm: Algorithm = PLAIN): Signer | undefined {
  if (!skey.startsWith(SKEY)) return undefined
  const [name = '', id = '', encoded = ''] = splitKey(skey.slice(SKEY.length))
  const seed = readKey(encoded, algorithm)
  if (!seed || !isKeyName(name)) return undefined
  const privateKey = privateOf(seed)
  const verifier = makeVerifier(name, publicOf(privateKey), algorithm)
  if (verifier.id !== id.toLowerCase()) return undefined
  return { verifier, sign: (text) => sign(null, Buffer.from(text), privateKey) }
}

function privateOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
}

function publicOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
}

/** The note with a signature line for each signer. `text` ends in a newline, which is signed too; throws a RangeError when it cannot be a note. */
export function signNote(text: string, signers: readonly Signer[]): string {
  if (!text.endsWith('\n') || unprintable(text)) throw new RangeError('this text cannot be a note')
  const lines = signers.map(({ verifier, sign }) => {
    const signature = Buffer.concat([Buffer.from(verifier.id, 'hex'), sign(text)])
    return `— ${verifier.name} ${signature.toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

function unprintable(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed()
}

/** The text of a note that at least one of these keys has signed; else a `fault` that continues a sentence. */
export function openNote(note: string, known: readonly Verifier[]): Opened {
  const fault = (text: string): Opened => ({ ok: false, fault: text })
  if (note.length > MAX_CHARS) return fault('it is too long for a signed note')
  if (unprintable(note)) return fault('it has a control character, for example a carriage return')
  const blank = note.lastIndexOf('\n\n')
  if (blank < 0 || !note.endsWith('\n') || blank + 2 === note.length)
    return fault('it is not a text, an empty line and signature lines, each ended by a newline')
  const text = note.slice(0, blank + 1)
  const lines = note.slice(blank + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return fault(`it has more than ${MAX_SIGNATURES} signatures`)
  const signedBy = new Set<Verifier>()
  for (const line of lines) {
    const [dash, name = '', encoded = '', ...more] = line.split(' ')
    const bytes = readBase64(encoded)
    if (dash !== '—' || more.length > 0 || !isKeyName(name) || !bytes || bytes.length <= ID_BYTES)
      return fault('a signature line is not “— name base64”')
    const id = bytes.subarray(0, ID_BYTES).toString('hex')
    const verifier = known.find((one) => one.name === name && one.id === id)
    if (!verifier) continue
    if (!verifier.verify(text, bytes.subarray(ID_BYTES)))
      return fault(`the signature of ${name}+${id} is wrong`)
    signedBy.add(verifier)
  }
  if (signedBy.size === 0) return fault('no known key has signed it')
  return { ok: true, text, signedBy: [...signedBy] }
}
