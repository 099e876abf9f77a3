import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { openRotation, signRotation } from '../../audit/checkpoint/key-history.ts'
import type { Signer, Verifier } from '../../audit/checkpoint/note.ts'
import { statementIn } from '../../audit/checkpoint/restore-statement.ts'
import { openNextKey, openSigningKey, takeNextKey } from '../../audit/checkpoint/signing-key.ts'
import type { Proofs } from '../../audit/proofs.ts'
import { unlessRefused } from '../../operations/refusals.ts'
import { addCommands, wrongUse } from '../exit-codes.ts'
import { operatorName, withElevate } from '../open.ts'
import { print } from '../print.ts'
import { auditExportCommand, auditProofCommand } from './audit-export.ts'
import { keyFile, readKeys, signing, signingKeyInUse } from './audit-files.ts'
import { auditVerifyCommand } from './audit-verify.ts'

/** `elevate audit` */
export function auditCommand(): Command {
  const audit = new Command('audit').description('prove the audit log, and take it elsewhere')
  return addCommands(audit, [
    auditVerifyCommand(),
    auditExportCommand(),
    auditProofCommand(),
    checkpointCommand(),
    keyCommand(),
  ])
}

function checkpointCommand(): Command {
  return new Command('checkpoint')
    .description('sign what the log is now, and print it: keep it where nobody can change it')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: boolean }) => {
      const key = await signingKeyInUse()
      await withElevate(async ({ proofs }) => {
        const signed = await signing(proofs, key).sign()
        if (signed.kind === 'refused') {
          if (!json) throw new Error(`Not signed: ${signed.text}`)
          return print(json, { ok: false, ...signed }, '', false)
        }
        if (signed.kind === 'empty') throw new Error('The log is empty: there is nothing to sign.')
        const { checkpoint, note, fresh } = signed
        const { vkey } = key.signer.verifier
        const root = Buffer.from(checkpoint.root).toString('base64')
        print(json, { ok: true, size: checkpoint.size, root, note, vkey, fresh }, note.trimEnd())
      })
    })
}

type Options = {
  readonly make?: boolean
  readonly name?: string
  readonly rotate?: boolean
  readonly lost?: boolean
  readonly former?: string
  readonly reason?: string
  readonly json?: boolean
}

function keyCommand(): Command {
  const command = new Command('key')
  return command
    .description('print the key that verifies checkpoints: give it to those who will check')
    .option('--make', 'make the signing key when there is none')
    .option('--name <name>', 'name of the log, with --make: for example elevate.example.com/audit/prod')
    .option(
      '--rotate',
      'a new key signs from now on; the one before signs a last checkpoint, and that it was followed',
    )
    .option('--lost', 'with --rotate: the key is gone and cannot sign that; it goes on record as lost')
    .option('--former <key>', 'with --lost, where the key file is gone: the verifier key of the lost key')
    .option('--reason <text>', 'with --rotate: why; it goes on record')
    .option('--json', 'for programs')
    .action(async (options: Options) => {
      const { make, name, rotate, lost, former, json } = options
      if ((lost || former !== undefined) && !rotate)
        wrongUse(command, '--lost and --former belong to --rotate')
      if (former !== undefined && !lost) wrongUse(command, '--former belongs to --lost')
      if (rotate) {
        const { vkey, at } = await rotateKey(options)
        return print(
          json,
          { vkey, rotated: at },
          `${vkey}\nThe key was replaced at event ${at}. Give this one to those who check; they keep the one before.`,
        )
      }
      const key = await openSigningKey(keyFile(), make ? (name ?? true) : false)
      if (!key.ok) throw new Error(key.fault)
      const { vkey } = key.signer.verifier
      const before = key.former.map((one) => one.vkey)
      print(json, { vkey, former: before, made: key.made }, [vkey, ...before].join('\n'))
    })
}

/**
 * The new key is on the disk before the log says that it follows, and takes the old one's place after that. Killed anywhere in
 * between, the same command continues from there when it is run again; until then nothing is signed.
 */
async function rotateKey({
  lost = false,
  former: given,
  reason,
}: Options): Promise<{ vkey: string; at: number }> {
  const file = keyFile()
  const { old, before } = await formerKeys(file, lost, given)
  const next = await openNextKey(file, before)
  if (!next.ok) throw new Error(next.fault)
  return withElevate(async ({ verbs, proofs }) => {
    const done = await rotatedTo(proofs, next.signer.verifier)
    if (done === undefined) {
      const former = before[0] as Verifier
      if (old) {
        const last = await signing(proofs, { signer: old, formerKeys: before.slice(1) }).sign()
        if (last.kind === 'refused')
          throw new Error(`Not rotated, because the log cannot be signed now: ${last.text}`)
      }
      unlessRefused(
        await verbs.recordKeyRotation({
          by: operatorName(),
          former: former.id,
          next: next.signer.verifier.id,
          statement: signRotation(old ?? former, next.signer),
          lost,
          reason,
        }),
      )
    }
    await takeNextKey(file)
    const at = done ?? (await rotatedTo(proofs, next.signer.verifier))
    const signed = await signing(proofs, { signer: next.signer, formerKeys: next.former }).sign()
    if (signed.kind === 'refused')
      throw new Error(`The key was replaced, but the log could not be signed: ${signed.text}`)
    return { vkey: next.signer.verifier.vkey, at: at ?? 0 }
  })
}

/** `old` can still sign; `before` are all keys before the new one, the last one first. */
async function formerKeys(
  file: string,
  lost: boolean,
  given: string | undefined,
): Promise<{ readonly old: Signer | undefined; readonly before: readonly Verifier[] }> {
  const key = await openSigningKey(file)
  if (key.ok) {
    if (given !== undefined)
      throw new Error(
        `${file} has a key. Leave out --former, and --lost too unless this key may be in wrong hands.`,
      )
    return { old: lost ? undefined : key.signer, before: [key.signer.verifier, ...key.former] }
  }
  if (!lost || existsSync(file)) throw new Error(key.fault)
  if (given === undefined)
    throw new Error(
      `${file} is gone. Give the lost key’s verifier key with --former: those who check the log have it.`,
    )
  return { old: undefined, before: await readKeys([given]) }
}

/** The event that made this the log's key, if there is one. */
async function rotatedTo(proofs: Proofs, next: Verifier): Promise<number | undefined> {
  const events = await proofs.aboutCheckpoints('key.rotated')
  return events.find(({ bytes }) => openRotation(statementIn(bytes))?.next.vkey === next.vkey)?.index
}
