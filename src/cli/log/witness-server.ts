import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Witness, WitnessAnswer } from '../../audit/witness/witness.ts'

/** A checkpoint with a hundred signatures and a proof is a tenth of that. */
const LONGEST = 256 * 1024

/**
 * `POST /add-checkpoint`, as c2sp.org/tlog-witness has it; and `GET /checkpoint?origin=…`, the last one of a log that was
 * cosigned. Nothing here is secret and nothing is believed, so it needs no login; who wants TLS puts a proxy before it.
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

const plain = (status: number, body: string): WitnessAnswer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
})

async function answerTo(witness: Witness, request: IncomingMessage): Promise<WitnessAnswer> {
  const url = new URL(request.url ?? '/', 'http://witness')
  if (url.pathname === '/add-checkpoint') {
    if (request.method !== 'POST') return plain(405, 'add-checkpoint is a POST')
    const body = await readBody(request)
    return body === undefined ? plain(413, 'too long for a checkpoint and its proof') : witness.add(body)
  }
  if (url.pathname === '/checkpoint' && request.method === 'GET') {
    const note = witness.latest(url.searchParams.get('origin') ?? '')
    return note === undefined
      ? plain(404, 'nothing was cosigned for this log')
      : { ...plain(200, ''), body: note }
  }
  return plain(404, 'there is add-checkpoint and checkpoint')
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > LONGEST) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function send(response: ServerResponse, { status, type, body }: WitnessAnswer): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
