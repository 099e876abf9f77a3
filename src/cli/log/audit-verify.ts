import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { notesIn } from '../../audit/checkpoint/checkpoint.ts'
import type { Verifier } from '../../audit/checkpoint/note.ts'
import { type Verified, verifyLog } from '../../audit/checkpoint/verify.ts'
import { databaseSource, folderSource } from '../../audit/tree/log-source.ts'
import { readWitnessVkey } from '../../audit/witness/cosignature.ts'
import { changesInWords, count } from '../changes-in-words.ts'
import { print } from '../print.ts'
import { anchoredNotes, anchorInUse, progress, readKeys, signingKeyInUse, withProofs } from './audit-files.ts'
import { verifyEvidence } from './audit-verify-evidence.ts'
import { verifyProofFile } from './audit-verify-proof.ts'

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

const collect = (one: string, before: readonly string[]) => [...before, one]

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
      const keys = await readKeys(options.vkey)
      const given = await readCheckpoints(options.checkpoint)
      const witnesses = await readKeys(options.witness, readWitnessVkey)
      const answer = options.export
        ? await verifyFolder(options.export, { keys, given, witnesses })
        : await verifyDatabase({ keys, given, witnesses })
      const { verified, warnings, believed } = answer
      print(
        options.json,
        { ...verified, keys: believed.map((key) => key.vkey), warnings },
        inWords(verified, believed, warnings),
      )
      if (!verified.ok) process.exitCode = 1
    })
}

type Answer = {
  readonly verified: Verified
  readonly believed: readonly Verifier[]
  readonly warnings: readonly string[]
}

type Asked = {
  readonly keys: readonly Verifier[]
  readonly given: readonly string[]
  readonly witnesses: readonly Verifier[]
}

async function verifyFolder(folder: string, asked: Asked): Promise<Answer> {
  const { keys } = asked
  if (!existsSync(path.join(folder, 'checkpoint')))
    throw new Error(
      `${folder} has no file “checkpoint”: it is not an export with tiles, which are what can be checked.`,
    )
  const ofExport = path.join(folder, 'vkey')
  if (keys.length === 0 && !existsSync(ofExport))
    throw new Error('Give the key of the log with --vkey: the export has none beside it.')
  const believed = keys.length > 0 ? keys : await readKeys([ofExport])
  const warnings =
    keys.length > 0
      ? []
      : [
          'The key was taken from the export itself. Compare it with one from elsewhere, or give that with --vkey.',
        ]
  return { verified: await run(folderSource(folder), { ...asked, keys: believed }), believed, warnings }
}

async function verifyDatabase(asked: Asked): Promise<Answer> {
  const believed = asked.keys.length > 0 ? asked.keys : await keysInUse()
  return withProofs(async (proof) => {
    const { notes, torn } = await anchoredNotes(proof, believed)
    const given = [...asked.given, ...notes]
    return {
      verified: await run(await databaseSource(proof), { ...asked, keys: believed, given }),
      believed,
      warnings:
        torn > 0
          ? [`${anchorInUse().path} has ${torn} that cannot be read or that another key has signed.`]
          : [],
    }
  })
}

async function keysInUse(): Promise<readonly Verifier[]> {
  const { signer, formerKeys } = await signingKeyInUse()
  return [...formerKeys.toReversed(), signer.verifier]
}

async function run(source: Parameters<typeof verifyLog>[0]['source'], asked: Asked): Promise<Verified> {
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

function inWords(verified: Verified, keys: readonly Verifier[], warnings: readonly string[]): string {
  const { ok, size, proven, checkpoints, texts, erased, restores, handovers, witnessed, faults, more } =
    verified
  const by = checkpoints.given > 0 ? ` (${checkpoints.given} of them kept elsewhere)` : ''
  const unsigned = size - proven
  return [
    ok ? 'The log is as it was signed.' : 'The log is NOT as it was signed:',
    ...faults.map((fault) => `  ✗ ${fault.text}`),
    ...(more > 0 ? [`  ✗ and ${more} more`] : []),
    `${count(size, 'event')} read; ${count(checkpoints.good, 'checkpoint')} came out${by}; ${count(texts, 'private text')} matched${erased > 0 ? `; ${count(erased, 'private text')} erased on purpose` : ''}.`,
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
    ...keys.map((key) => `Key: ${key.vkey}`),
    ...warnings.map((warning) => `Note: ${warning}`),
  ].join('\n')
}
