/**
 * A witness: remembers of each log the last checkpoint it has cosigned, and cosigns another one only when it is shown
 * that everything before is part of it (c2sp.org/tlog-witness, `add-checkpoint`). So a log that was cut, rewritten or
 * shown to others in another form does not get a second signature, not even for somebody who has its key and its database.
 *
 * Its guarantee depends on its state: the state is on the disk before the cosignature leaves, and requests are handled one
 * after the other, from the comparison of sizes to the writing.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBody } from '../../read-body.ts'
import { openCheckpoint, parseCheckpoint, textOf } from '../checkpoint/checkpoint.ts'
import { readBase64, type Signer, type Verifier } from '../checkpoint/note.ts'
import { EMPTY_ROOT, sameHash, verifyConsistency } from '../tree/merkle.ts'
import { cosign } from './cosignature.ts'
import type { WitnessState } from './witness-state.ts'

/** The format's own limit: a tree of 2^63 leaves needs no more. */
const MAX_HASHES = 63

export type WitnessAnswer = { readonly status: number; readonly type: string; readonly body: string }

export type Witness = {
  /** Answers the body of one `add-checkpoint` request, with the status codes of the format. Rejects when the state cannot be written. */
  add(body: string): Promise<WitnessAnswer>
  /** The last checkpoint of this log that was cosigned, with the cosignature. */
  latest(origin: string): string | undefined
}

type WitnessParts = {
  readonly signer: Signer
  /** Keys of the logs it knows; a log that changed its key has several. */
  readonly logs: readonly Verifier[]
  readonly state: WitnessState
  /** Seconds since 1970. */
  readonly now: () => number
}

const plain = (status: number, body: string): WitnessAnswer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
})

const sizeIs = (size: number): WitnessAnswer => ({ status: 409, type: 'text/x.tlog.size', body: `${size}\n` })

export function makeWitness({ signer, logs, state, now }: WitnessParts): Witness {
  let turn: Promise<unknown> = Promise.resolve()

  const add = async (body: string): Promise<WitnessAnswer> => {
    const asked = readRequest(body)
    if (!asked)
      return plain(400, 'not an add-checkpoint request: old size, proof lines, an empty line, a checkpoint')
    const { old, proof, note } = asked
    const text = textOf(note)
    const claimed = parseCheckpoint(text)
    if (!claimed) return plain(400, 'the checkpoint has another form than origin, size and root hash')
    const keys = logs.filter((log) => log.name === claimed.origin)
    if (keys.length === 0) return plain(404, 'this witness does not know the log')
    const opened = openCheckpoint(note, keys)
    if (!opened.ok) return plain(403, opened.fault)
    const { origin, size, root } = opened.checkpoint
    if (old > size) return plain(400, 'the old size is larger than the checkpoint’s')
    const last = state.of(origin) ?? { size: 0, root: EMPTY_ROOT }
    if (old !== last.size) return sizeIs(last.size)
    if (old === size && !sameHash(last.root, root)) return sizeIs(last.size)
    // The first checkpoint of a log is taken as it is.
    const follows =
      old === 0
        ? proof.length === 0
        : verifyConsistency({ from: old, fromRoot: last.root, size, root, proof })
    if (!follows)
      return plain(422, 'the proof does not show that the new checkpoint follows from the last one')
    const line = cosign(text, now(), signer)
    await state.put(origin, { size, root, note: `${text}\n${signaturesOf(note, keys)}${line}` })
    return { status: 200, type: 'text/plain; charset=utf-8', body: line }
  }

  return {
    add: (body) => {
      const answer = turn.then(() => add(body))
      turn = answer.catch(() => {})
      return answer
    },
    latest: (origin) => state.of(origin)?.note,
  }
}

/** The signature lines of the log itself, without those of others. */
function signaturesOf(note: string, keys: readonly Verifier[]): string {
  const lines = note.slice(note.indexOf('\n\n') + 2).split('\n')
  return lines
    .filter((line) => keys.some((key) => line.startsWith(`— ${key.name} `)))
    .map((line) => `${line}\n`)
    .join('')
}

type Asked = { readonly old: number; readonly proof: readonly Uint8Array[]; readonly note: string }

function readRequest(body: string): Asked | undefined {
  const blank = body.indexOf('\n\n')
  if (blank < 0) return undefined
  const [first = '', ...lines] = body.slice(0, blank).split('\n')
  const old = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1]
  const proof = lines.map((line) => readBase64(line))
  if (old === undefined || !Number.isSafeInteger(Number(old)) || proof.length > MAX_HASHES) return undefined
  if (proof.some((hash) => hash?.length !== EMPTY_ROOT.length)) return undefined
  return { old: Number(old), proof: proof.filter((hash) => hash !== undefined), note: body.slice(blank + 2) }
}

/** The body of an `add-checkpoint` request. */
export function addRequest(old: number, proof: readonly Uint8Array[], note: string): string {
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`)
  return `old ${old}\n${lines.join('')}\n${note}`
}

/** Ten times a checkpoint with a hundred signatures and a proof. */
const MAX_BODY_BYTES = 256 * 1024

/**
 * Serves `POST /add-checkpoint` (c2sp.org/tlog-witness), and `GET /checkpoint?origin=…`, the last checkpoint of a log that
 * was cosigned. Nothing here is secret and nothing is believed, so it needs no login. For TLS, put a proxy in front.
 */
export async function serveWitness(
  witness: Witness,
  port: number,
  host: string,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answerTo(witness, request).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
        send(response, plain(500, 'this witness cannot write its state'))
      },
    )
  })
  server.requestTimeout = 10_000
  server.headersTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answerTo(witness: Witness, request: IncomingMessage): Promise<WitnessAnswer> {
  const url = new URL(request.url ?? '/', 'http://witness')
  if (url.pathname === '/add-checkpoint') {
    if (request.method !== 'POST') return plain(405, 'add-checkpoint is a POST')
    const body = await readBody(request, MAX_BODY_BYTES)
    if (body === 'too-large') return plain(413, 'too long for a checkpoint and its proof')
    return body === 'broken'
      ? plain(400, 'the body did not arrive whole')
      : witness.add(body.toString('utf8'))
  }
  if (url.pathname === '/checkpoint' && request.method === 'GET') {
    const note = witness.latest(url.searchParams.get('origin') ?? '')
    return note === undefined
      ? plain(404, 'nothing was cosigned for this log')
      : { ...plain(200, ''), body: note }
  }
  return plain(404, 'there is add-checkpoint and checkpoint')
}

function send(response: ServerResponse, { status, type, body }: WitnessAnswer): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
