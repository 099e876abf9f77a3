import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { Command } from 'commander'
import { openRotation, signRotation } from '../../audit/checkpoint/key-history.ts'
import type { Signer, Verifier } from '../../audit/checkpoint/note.ts'
import { statementIn } from '../../audit/checkpoint/restore-statement.ts'
import { openNextKey, openSigningKey, takeNextKey } from '../../audit/checkpoint/signing-key.ts'
import type { Store } from '../../store/database/open-store.ts'
import { withStore } from '../database.ts'
import { print } from '../print.ts'
import { keyFile, readKeys, signing } from './audit-files.ts'

type Options = {
  readonly make?: boolean
  readonly name?: string
  readonly rotate?: boolean
  readonly lost?: boolean
  readonly former?: string
  readonly reason?: string
  readonly json?: boolean
}

export function keyCommand(): Command {
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
        command.error('error: --lost and --former belong to --rotate', { exitCode: 2 })
      if (former !== undefined && !lost) command.error('error: --former belongs to --lost', { exitCode: 2 })
      if (rotate) {
        const { vkey, at } = await rotateKey(options)
        print(
          json,
          { vkey, rotated: at },
          `${vkey}\nThe key was replaced at event ${at}. Give this one to those who check; they keep the one before.`,
        )
        return
      }
      const key = await openSigningKey(keyFile(), make ? (name ?? true) : false)
      if (!key.ok) throw new Error(key.fault)
      const { vkey } = key.signer.verifier
      const before = key.former.map((one) => one.vkey)
      print(json, { vkey, former: before, made: key.made }, [vkey, ...before].join('\n'))
    })
}

/**
 * The new key is on the disk before the log says that it follows, and takes the old one's place after. Killed anywhere in
 * between, the same command again goes on from there; meanwhile nothing is signed.
 */
async function rotateKey({ lost = false, former, reason }: Options): Promise<{ vkey: string; at: number }> {
  const file = keyFile()
  const { old, before } = await formerKeys(file, lost, former)
  const next = await openNextKey(file, before)
  if (!next.ok) throw new Error(next.fault)
  return withStore(async (store) => {
    const done = await rotatedTo(store, next.signer.verifier)
    if (done === undefined) {
      if (old) await signLast(store, old, before.slice(1))
      await record(store, signRotation(old ?? (before[0] as Verifier), next.signer), lost, reason)
    }
    await takeNextKey(file)
    const at = done ?? (await rotatedTo(store, next.signer.verifier))
    const signed = await signing(store.proof, { signer: next.signer, formerKeys: next.former }).sign()
    if (signed.kind === 'refused')
      throw new Error(`The key was replaced, but the log could not be signed: ${signed.text}`)
    return { vkey: next.signer.verifier.vkey, at: at ?? 0 }
  })
}

/** `old` can still sign; `before` are all that came before the new key, the last one first. */
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
      `${file} is gone. Give the lost key’s verifier key with --former: it stands where you gave it to those who check.`,
    )
  return { old: undefined, before: await readKeys([given]) }
}

async function signLast(
  store: Pick<Store, 'proof'>,
  signer: Signer,
  formerKeys: readonly Verifier[],
): Promise<void> {
  const signed = await signing(store.proof, { signer, formerKeys }).sign()
  if (signed.kind === 'refused')
    throw new Error(`Not rotated, because the log cannot be signed now: ${signed.text}`)
}

async function record(
  store: Pick<Store, 'transaction'>,
  statement: string,
  lost: boolean,
  reason: string | undefined,
): Promise<void> {
  const rotation = openRotation(statement)
  await store.transaction(async (tx) =>
    tx.append({
      type: 'key.rotated',
      actor: { kind: 'operator', id: userInfo().username },
      outcome: lost ? 'lost' : 'handed-over',
      detail: { former: rotation?.former.id ?? '', next: rotation?.next.id ?? '', statement },
      ...(reason?.trim() ? { private: { reason: reason.trim() } } : {}),
    }),
  )
}

async function rotatedTo(store: Pick<Store, 'proof'>, next: Verifier): Promise<number | undefined> {
  const events = await store.proof.aboutCheckpoints('key.rotated')
  return events.find(({ bytes }) => openRotation(statementIn(bytes))?.next.vkey === next.vkey)?.index
}
