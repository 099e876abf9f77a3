import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { isKeyName, readVkey, type Signer, type Verifier } from '../../audit/checkpoint/note.ts'
import { pullTiles } from '../../audit/tree/tiles.ts'
import { makeWitnessKey, readWitnessKey } from '../../audit/witness/cosignature.ts'
import { addRequest, makeWitness, serveWitness, type Witness } from '../../audit/witness/witness.ts'
import { makeWitnessState, openWitnessState } from '../../audit/witness/witness-state.ts'
import { readSecretFile } from '../../config/secret-source.ts'
import { wrongUse } from '../exit-codes.ts'
import { print } from '../print.ts'
import { collect, readPort } from '../typed.ts'
import { readKeys } from './audit-files.ts'

type Options = {
  readonly make?: string
  readonly serve?: boolean
  readonly once?: boolean
  readonly show?: boolean
  readonly key: string
  readonly state: string
  readonly log: readonly string[]
  readonly port: number
  readonly host: string
  readonly from?: string
  readonly json?: boolean
}

/** `elevate witness`: keeps its key and its memory in files, and needs no database. */
export function witnessCommand(): Command {
  const command = new Command('witness')
  return command
    .description('remember and cosign checkpoints, on another host or as another user than the bot')
    .option('--make <name>', 'make key and state: for example witness.example.com/w1')
    .option('--serve', 'answer add-checkpoint requests')
    .option('--once', 'cosign one checkpoint, read with its tiles --from a folder or address, and print it')
    .option('--show', 'print what is remembered: give it to elevate audit verify --checkpoint')
    .option('--key <file>', 'the witness’s own signing key', 'witness.key')
    .option('--state <file>', 'what the witness remembers', 'witness.state')
    .option(
      '--log <key>',
      'verifier key of a log, or a file with it; can be given several times',
      collect,
      [],
    )
    .option('--port <port>', 'with --serve', readPort, 8020)
    .option('--host <address>', 'with --serve', '127.0.0.1')
    .option('--from <place>', 'with --once: an export with tiles, or the address where one is served')
    .option('--json', 'for programs')
    .action(async (options: Options) => {
      const ways = [options.make, options.serve, options.once, options.show].filter(Boolean)
      if (ways.length !== 1) wrongUse(command, 'say one of --make, --serve, --once and --show')
      if (options.make !== undefined) return make(options, options.make)
      if (options.show) return show(options)
      if (options.log.length === 0) wrongUse(command, 'say with --log whose checkpoints')
      if (options.once && !options.from) wrongUse(command, 'say with --from where the checkpoint is')
      const signer = readKey(options.key)
      const logs = await readKeys(options.log)
      return options.once ? once(options, signer, logs, options.from ?? '') : serve(options, signer, logs)
    })
}

/** Both together: a key without its memory, or a memory without its key, is worthless. */
async function make({ key, state, json }: Options, name: string): Promise<void> {
  if (!isKeyName(name)) throw new Error(`“${name}” cannot name a witness: no spaces and no plus.`)
  await mkdir(path.dirname(key), { recursive: true, mode: 0o700 })
  await mkdir(path.dirname(state), { recursive: true, mode: 0o700 })
  const unlessThere = (file: string, what: string) => (error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST'
      ? new Error(`${file} exists already. A new witness needs a new ${what}.`)
      : error
  }
  await makeWitnessState(state).catch(unlessThere(state, 'state'))
  await writeFile(key, `${makeWitnessKey(name)}\n`, { flag: 'wx', mode: 0o400 }).catch(
    unlessThere(key, 'key'),
  )
  const { vkey } = readKey(key).verifier
  print(json, { vkey, key, state }, vkey)
}

async function show({ state: file, json }: Options): Promise<void> {
  const state = await openWitnessState(file, true)
  const all = state.origins().map((origin) => ({ origin, note: state.of(origin)?.note ?? '' }))
  const notes = all.map((one) => one.note).join('\n')
  print(json, all, notes.trimEnd() || 'Nothing is remembered yet.')
}

/** With the state locked while `work` runs. */
async function withWitness<T>(
  options: Options,
  signer: Signer,
  logs: readonly Verifier[],
  work: (witness: Witness) => Promise<T>,
): Promise<T> {
  const state = await openWitnessState(options.state)
  try {
    return await work(makeWitness({ signer, logs, state, now: () => Math.floor(Date.now() / 1000) }))
  } finally {
    await state.close()
  }
}

async function once(
  options: Options,
  signer: Signer,
  logs: readonly Verifier[],
  from: string,
): Promise<void> {
  const { note, checkpoint, tree } = await pullTiles(from)
  await withWitness(options, signer, logs, async (witness) => {
    let answer = await witness.add(addRequest(0, [], note))
    const known = answer.status === 409 ? Number(answer.body) : 0
    if (known > checkpoint.size)
      throw new Error(
        `Not cosigned: this witness knows the log with ${known} events, and here it has ${checkpoint.size}. It was cut or restored.`,
      )
    if (answer.status === 409)
      answer = await witness.add(addRequest(known, tree.consistencyProof(known), note))
    if (answer.status !== 200)
      throw new Error(
        answer.status === 422 || answer.status === 409
          ? `Not cosigned: the log does not follow from the ${known} events that this witness knows. It was rewritten.`
          : `Not cosigned: ${answer.body.trimEnd()}`,
      )
    const cosigned = witness.latest(checkpoint.origin) ?? ''
    print(options.json, { ok: true, size: checkpoint.size, note: cosigned }, cosigned.trimEnd())
  })
}

async function serve(options: Options, signer: Signer, logs: readonly Verifier[]): Promise<void> {
  await withWitness(options, signer, logs, async (witness) => {
    const server = await serveWitness(witness, options.port, options.host)
    process.stdout.write(
      `${signer.verifier.vkey}\nlistens on http://${options.host}:${server.port} for ${logs.map((log) => log.name).join(', ')}\n`,
    )
    await new Promise<void>((resolve) => {
      process.once('SIGTERM', resolve).once('SIGINT', resolve)
    })
    await server.close()
  })
}

function readKey(file: string): Signer {
  const read = readSecretFile(file)
  if (!read.ok) throw new Error(read.fault)
  const signer = readWitnessKey(read.value ?? '')
  if (signer) return signer
  const hint = readVkey(read.value ?? '') ? ' It is a verifier key.' : ''
  throw new Error(`${file} has no witness key: make one with elevate witness --make.${hint}`)
}
