import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { notesIn } from '../../audit/checkpoint/checkpoint.ts'
import type { Handover } from '../../audit/checkpoint/key-history.ts'
import type { Verifier } from '../../audit/checkpoint/note.ts'
import { readTexts } from '../../audit/checkpoint/private-texts.ts'
import type { Restore } from '../../audit/checkpoint/restore-statement.ts'
import { type Verified, verifyLog } from '../../audit/checkpoint/verify.ts'
import { MANIFEST } from '../../audit/evidence/pack.ts'
import { type VerifiedPack, verifyPack } from '../../audit/evidence/verify-pack.ts'
import { folderSource, type LogSource } from '../../audit/tree/log-source.ts'
import { type ProvenEvent, verifyProof } from '../../audit/tree/proof.ts'
import { readWitnessVkey } from '../../audit/witness/cosignature.ts'
import { withElevate } from '../open.ts'
import { count, print } from '../print.ts'
import { collect } from '../typed.ts'
import { anchoredNotes, anchorInUse, progress, readKeys, signingKeyInUse } from './audit-files.ts'

type VerifyOptions = {
  readonly export?: string
  readonly evidence?: string
  readonly proof?: string
  readonly event?: string
  readonly checkpoint: readonly string[]
  readonly vkey: readonly string[]
  readonly witness: readonly string[]
  readonly json?: boolean
}

/** `elevate audit verify`: the database, an export, a folder of evidence or one proof. Exit code 1 when anything is wrong. */
export function auditVerifyCommand(): Command {
  const command = new Command('verify')
  return command
    .description('check every event, hash and checkpoint, and say which event is wrong')
    .option('--export <folder>', 'check an export (its tiles) instead of the database')
    .option('--evidence <folder>', 'check a folder that elevate evidence has made')
    .option('--proof <file>', 'check one event with its proof (.tlog-proof), and nothing else')
    .option('--event <file>', 'the event of that proof, where it does not lie beside it')
    .option('--checkpoint <file>', 'also against checkpoints kept elsewhere; - reads them here', collect, [])
    .option('--vkey <key>', 'the key to believe, or a file that has it', collect, [])
    .option('--witness <key>', 'require the cosignature of this witness, or of those in a file', collect, [])
    .option('--json', 'for programs')
    .action(async (options: VerifyOptions) => {
      if (options.evidence) return verifyEvidence(options.evidence, options)
      if (options.proof) return verifyProofFile(options.proof, options)
      const asked = {
        keys: await readKeys(options.vkey),
        given: await readCheckpoints(options.checkpoint),
        witnesses: await readKeys(options.witness, readWitnessVkey),
      }
      const { verified, keys, warnings } = options.export
        ? await verifyFolder(options.export, asked)
        : await verifyDatabase(asked)
      print(
        options.json,
        { ...verified, keys: keys.map((key) => key.vkey), warnings },
        [...logInWords(verified), ...trust(keys, warnings)].join('\n'),
        verified.ok,
      )
    })
}

type Asked = {
  readonly keys: readonly Verifier[]
  readonly given: readonly string[]
  readonly witnesses: readonly Verifier[]
}

/** The keys that were believed, and what to say about that. */
type Trust = { readonly keys: readonly Verifier[]; readonly warnings: readonly string[] }

async function verifyFolder(folder: string, asked: Asked): Promise<Trust & { readonly verified: Verified }> {
  if (!existsSync(path.join(folder, 'checkpoint')))
    throw new Error(
      `${folder} has no file “checkpoint”: it is not an export with tiles, which are what can be checked.`,
    )
  const trust = await trustIn(folder, 'export', asked.keys)
  return { ...trust, verified: await run(folderSource(folder), { ...asked, keys: trust.keys }) }
}

async function verifyDatabase(asked: Asked): Promise<Trust & { readonly verified: Verified }> {
  const keys = asked.keys.length > 0 ? asked.keys : await keysInUse()
  return withElevate(async ({ proofs }) => {
    const { notes, torn } = await anchoredNotes(proofs, keys)
    const given = [...asked.given, ...notes]
    const warning = `${anchorInUse().path} has ${torn} that cannot be read or that another key has signed.`
    return {
      verified: await run(await proofs.source(), { ...asked, keys, given }),
      keys,
      warnings: torn > 0 ? [warning] : [],
    }
  })
}

/** Oldest first. */
async function keysInUse(): Promise<readonly Verifier[]> {
  const { signer, formerKeys } = await signingKeyInUse()
  return [...formerKeys.toReversed(), signer.verifier]
}

/** The keys that were given, or else those in the folder itself, with a warning. Throws when there are none. */
async function trustIn(
  folder: string,
  what: 'export' | 'folder',
  given: readonly Verifier[],
): Promise<Trust> {
  if (given.length > 0) return { keys: given, warnings: [] }
  const inside = path.join(folder, 'vkey')
  if (!existsSync(inside)) throw new Error(`Give the key of the log with --vkey: the ${what} has none.`)
  return {
    keys: await readKeys([inside]),
    warnings: [
      `The key was taken from the ${what} itself. Compare it with one from elsewhere, or give that with --vkey.`,
    ],
  }
}

function trust(keys: readonly Verifier[], warnings: readonly string[]): string[] {
  return [...keys.map((key) => `Key: ${key.vkey}`), ...warnings.map((warning) => `Note: ${warning}`)]
}

async function run(source: LogSource, asked: Asked): Promise<Verified> {
  const { at, end } = progress('verifying')
  try {
    return await verifyLog({ source, ...asked, onProgress: at })
  } finally {
    end()
  }
}

async function readCheckpoints(files: readonly string[]): Promise<string[]> {
  const notes: string[] = []
  for (const file of files) {
    const pasted = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
    const found = await Array.fromAsync(notesIn([pasted]))
    if (found.length === 0)
      throw new Error(
        `${file === '-' ? 'What was pasted' : file} has no checkpoint: three lines, an empty one, and one that begins with —.`,
      )
    notes.push(...found)
  }
  return notes
}

function logInWords(verified: Verified): string[] {
  const { ok, size, proven, checkpoints, texts, erased, restores, handovers, witnessed, faults, more } =
    verified
  const by = checkpoints.given > 0 ? ` (${checkpoints.given} of them kept elsewhere)` : ''
  const unsigned = size - proven
  return [
    ok ? 'The log is as it was signed.' : 'The log is NOT as it was signed:',
    ...faults.map((fault) => `  ✗ ${fault.text}`),
    ...(more > 0 ? [`  ✗ and ${more} more`] : []),
    `${count(size, 'event')} read; ${count(checkpoints.good, 'checkpoint')} verified${by}; ${count(texts, 'private text')} matched${erased > 0 ? `; ${count(erased, 'private text')} erased on purpose` : ''}.`,
    ...changesInWords(restores, handovers),
    proven > 0
      ? `Events 0 to ${proven - 1} are proven${unsigned > 0 ? `; ${count(unsigned, 'newer event')} not signed yet` : ''}.`
      : 'No event is proven.',
    ...witnessed
      .filter((one) => one.size > 0)
      .map(
        ({ name, size: seen }) =>
          `Events 0 to ${seen - 1} are cosigned by ${name}${proven > seen ? `; ${count(proven - seen, 'signed event')} after them not yet` : ''}.`,
      ),
  ]
}

/** Checks one event with its proof and nothing else; the files beside it are found by its name. */
async function verifyProofFile(file: string, options: VerifyOptions): Promise<void> {
  const given = await readKeys(options.vkey)
  const keys = given.length > 0 ? given : await keysInUse()
  const event = options.event ?? file.replace(/\.tlog-proof$/, '.json')
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
    proofInWords(found, bytes),
    found.ok,
  )
}

function proofInWords(found: ProvenEvent, bytes: string): string {
  if (!found.ok) return `NOT proven: ${found.fault}.`
  const { index, checkpoint, texts } = found
  const { time, type, actor } = JSON.parse(bytes) as { time?: string; type?: string; actor?: { id?: string } }
  return [
    `Event ${index} is one of the first ${checkpoint.size} events of ${checkpoint.origin}, as they were signed.`,
    `It says: ${time} ${type} by ${actor?.id}.`,
    ...(texts > 0 ? [`${count(texts, 'private text')} matched.`] : []),
  ].join('\n')
}

/** Checks a folder of evidence, without the database and without this machine's own key. */
async function verifyEvidence(folder: string, options: VerifyOptions): Promise<void> {
  if (!existsSync(path.join(folder, MANIFEST)))
    throw new Error(`${folder} has no ${MANIFEST}: it is not a folder that elevate evidence has made.`)
  const { keys, warnings } = await trustIn(folder, 'folder', await readKeys(options.vkey))
  const found = await verifyPack(folder, keys)
  print(
    options.json,
    { ...found, keys: keys.map((key) => key.vkey), warnings },
    [...evidenceInWords(found), ...trust(keys, warnings)].join('\n'),
    found.ok,
  )
}

function evidenceInWords(pack: VerifiedPack): string[] {
  const { ok, files, events, texts, grants, records, checkpoints, manifest, faults } = pack
  return [
    ok ? 'The evidence is as it was made, and every event in it is proven.' : 'The evidence does NOT hold:',
    ...faults.map((fault) => `  ✗ ${fault}`),
    `${files} files; ${events} events proven; ${texts} private texts matched; ${grants} grants tell those events; ${records} records of what was done are the ones that events name; ${checkpoints} checkpoints are of one log.`,
    ...changesInWords(pack.restores, pack.handovers),
    `The manifest’s hash is ${manifest}; the log has it in the event export.made.`,
  ]
}

/** What happened to the log and its keys on the way. */
function changesInWords(restores: readonly Restore[], handovers: readonly Handover[]): string[] {
  return [
    ...restores.map(
      ({ index, kept, abandoned }) =>
        `The log was restored: ${count(kept, 'event')} of it were kept, and at event ${index} an operator confirmed with its key that ${count(abandoned, 'checkpoint')} from before no longer count.`,
    ),
    ...handovers.map(({ index, lost }) =>
      lost
        ? `At event ${index} another key takes over, and the one before did NOT sign that: it was said to be lost. Ask who did it.`
        : `At event ${index} the key was replaced; the one before signed that.`,
    ),
  ]
}
