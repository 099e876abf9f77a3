import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type ProvenEvent, verifyProof } from '../../audit/tree/proof.ts'
import type { SaltedText } from '../../core/log/audit-proof.ts'
import { print } from '../print.ts'
import { readKeys, signingKeyInUse } from './audit-files.ts'

const PROOF = /\.tlog-proof$/

/** Checks one event with its proof and nothing else; the files beside it are found by its name. */
export async function verifyProofFile(
  file: string,
  options: { readonly event?: string; readonly vkey: readonly string[]; readonly json?: boolean },
): Promise<void> {
  const given = await readKeys(options.vkey)
  const keys = given.length > 0 ? given : await keysHere()
  const event = options.event ?? file.replace(PROOF, '.json')
  if (event === file || !existsSync(event))
    throw new Error(`Give the file that has the event itself with --event: ${event} is not it.`)
  const beside = event.replace(/\.json$/, '.private.json')
  const texts = beside !== event && existsSync(beside) ? readTexts(await readFile(beside, 'utf8')) : []
  const bytes = await readFile(event, 'utf8')
  const found = texts
    ? verifyProof(await readFile(file, 'utf8'), bytes, keys, texts)
    : ({ ok: false, fault: `${beside} is not a list of private texts` } as const)
  print(
    options.json,
    found.ok ? { ...found, checkpoint: { ...found.checkpoint, root: undefined } } : found,
    inWords(found, bytes),
  )
  if (!found.ok) process.exitCode = 1
}

function readTexts(json: string): readonly SaltedText[] | undefined {
  try {
    const texts = JSON.parse(json) as readonly SaltedText[]
    const good = Array.isArray(texts) && texts.every((one) => typeof one?.content === 'string')
    return good ? texts : undefined
  } catch {
    return undefined
  }
}

function inWords(found: ProvenEvent, bytes: string): string {
  if (!found.ok) return `NOT proven: ${found.fault}.`
  const { index, checkpoint, texts } = found
  const said = JSON.parse(bytes) as { time?: string; type?: string; actor?: { id?: string } }
  return [
    `Event ${index} is one of the first ${checkpoint.size} events of ${checkpoint.origin}, as they were signed.`,
    `It says: ${said.time} ${said.type} by ${said.actor?.id}.`,
    ...(texts > 0 ? [`${texts} private text${texts === 1 ? '' : 's'} matched.`] : []),
  ].join('\n')
}

async function keysHere() {
  const { signer, formerKeys } = await signingKeyInUse()
  return [signer.verifier, ...formerKeys]
}
