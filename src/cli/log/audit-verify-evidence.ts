import { existsSync } from 'node:fs'
import path from 'node:path'
import { MANIFEST } from '../../audit/evidence/pack.ts'
import { type VerifiedPack, verifyPack } from '../../audit/evidence/verify-pack.ts'
import { changesInWords } from '../changes-in-words.ts'
import { print } from '../print.ts'
import { readKeys } from './audit-files.ts'

/** Checks a folder of evidence, without the database and without this machine's own key. */
export async function verifyEvidence(
  folder: string,
  options: { readonly vkey: readonly string[]; readonly json?: boolean },
): Promise<void> {
  if (!existsSync(path.join(folder, MANIFEST)))
    throw new Error(`${folder} has no ${MANIFEST}: it is not a folder that elevate evidence has made.`)
  const beside = path.join(folder, 'vkey')
  if (options.vkey.length === 0 && !existsSync(beside))
    throw new Error('Give the key of the log with --vkey: the folder has none.')
  const keys = await readKeys(options.vkey.length > 0 ? options.vkey : [beside])
  const warnings =
    options.vkey.length > 0
      ? []
      : [
          'The key was taken from the folder itself. Compare it with one from elsewhere, or give that with --vkey.',
        ]
  const found = await verifyPack(folder, keys)
  print(
    options.json,
    { ...found, keys: keys.map((key) => key.vkey), warnings },
    [
      ...inWords(found),
      ...keys.map((key) => `Key: ${key.vkey}`),
      ...warnings.map((text) => `Note: ${text}`),
    ].join('\n'),
  )
  if (!found.ok) process.exitCode = 1
}

function inWords({
  ok,
  files,
  events,
  texts,
  grants,
  records,
  checkpoints,
  handovers,
  restores,
  manifest,
  faults,
}: VerifiedPack): string[] {
  return [
    ok ? 'The evidence is as it was made, and every event in it is proven.' : 'The evidence does NOT hold:',
    ...faults.map((fault) => `  ✗ ${fault}`),
    `${files} files; ${events} events proven; ${texts} private texts matched; ${grants} grants tell those events; ${records} records of what was done are the ones that events name; ${checkpoints} checkpoints are of one log.`,
    ...changesInWords(restores, handovers),
    `The manifest’s hash is ${manifest}; the log has it in the event export.made.`,
  ]
}
