import { hostname, userInfo } from 'node:os'
import { Command } from 'commander'
import {
  type Contradictions,
  type Difference,
  readDifference,
} from '../../audit/checkpoint/contradictions.ts'
import { signRestore } from '../../audit/checkpoint/restore-statement.ts'
import { checkpointSigner } from '../../audit/checkpoint/sign-checkpoint.ts'
import { readCatalogFile } from '../../config/catalog-file.ts'
import { secretResolver } from '../../config/secret-source.ts'
import { closeConnectors, openConnectors } from '../../connectors/open-connectors.ts'
import { connectorKinds } from '../../connectors/registry.ts'
import type { Catalog } from '../../core/catalog.ts'
import type { Connector } from '../../core/connector.ts'
import type { Quarantine } from '../../core/log/quarantine.ts'
import { isRefused } from '../../core/refusal.ts'
import { beginQuarantine } from '../../operations/log/begin-quarantine.ts'
import { endQuarantine } from '../../operations/log/end-quarantine.ts'
import { catalogPath } from '../catalog-file.ts'
import { withStore } from '../database.ts'
import { print } from '../print.ts'
import { anchorInUse, signingKeyInUse } from './audit-files.ts'
import { differenceInWords } from './quarantine-words.ts'

type StoreHandle = Parameters<Parameters<typeof withStore>[0]>[0]

type Options = { readonly confirm?: string; readonly reason?: string; readonly json?: boolean }

export function quarantineCommand(): Command {
  return new Command('quarantine')
    .description(
      'show what is different from the log that was signed; with --confirm, go on with what is there',
    )
    .option('--confirm <code>', 'the short code of the difference that you have seen')
    .option('--reason <text>', 'with --confirm: why the database may go on as it is')
    .option('--json', 'for programs')
    .action(async ({ confirm, reason, json }: Options) => {
      if (confirm !== undefined && !reason?.trim())
        throw new Error('Give --reason too: why the database may go on as it is. It goes on record.')
      await withStore(async (store) => {
        const look = await lookFor(store)
        if (!look) {
          print(
            json,
            { quarantine: false },
            'elevate is not in quarantine: the log is the one that was signed.',
          )
          return
        }
        const { quarantine, difference, catalogFault } = look
        if (confirm === undefined) {
          print(
            json,
            asJson(quarantine, difference, catalogFault),
            differenceInWords(quarantine, difference, catalogFault),
          )
          process.exitCode = 1
          return
        }
        await confirmIt(store, look, confirm, reason ?? '')
        print(
          json,
          { quarantine: false, confirmed: difference.code },
          'Confirmed. The running bot goes on within seconds.\nA witness that knows the log from before will not sign it again: see docs/proof.md.',
        )
      })
    })
}

type Look = {
  readonly quarantine: Quarantine
  readonly difference: Difference
  readonly signer: Awaited<ReturnType<typeof signingKeyInUse>>
  readonly catalog: Catalog | undefined
  readonly catalogFault: string | undefined
}

/** Undefined when there is nothing wrong. Whoever looks first puts the quarantine on record: nobody acts any more. */
async function lookFor(store: StoreHandle): Promise<Look | undefined> {
  const signer = await signingKeyInUse()
  const open = await store.quarantine.current()
  const others = open ? await store.quarantine.evidence(open.id) : []
  const log = checkpointSigner({ proof: store.proof, anchor: anchorInUse(), ...signer })
  const found = await log.contradictions(hostname(), others)
  const read = readConfiguration()
  if (!open) {
    if (found.against.length === 0 && found.hole === undefined) return undefined
    const why = saidOf(found)
    await beginQuarantine(store, { ...why, evidence: found.against }, read.catalog?.securityChannel)
  }
  const quarantine = open ?? (await store.quarantine.current())
  if (!quarantine) return undefined
  try {
    const difference = await readDifference(store, found, read.catalog, read.connectors)
    return { quarantine, difference, signer, catalog: read.catalog, catalogFault: read.fault }
  } finally {
    await closeConnectors(read.connectors)
  }
}

function saidOf({ log, against, good }: Contradictions): Pick<Quarantine, 'why' | 'said'> {
  const signed = against.at(-1)?.size ?? 0
  return log.size < signed
    ? { why: 'restored', said: `the log has ${log.size} events, but ${signed} were signed.` }
    : {
        why: 'rewritten',
        said: `only the first ${good} of ${log.size} events are the ones that were signed.`,
      }
}

async function confirmIt(store: StoreHandle, look: Look, code: string, reason: string): Promise<void> {
  const { quarantine, difference, signer, catalog } = look
  if (difference.hole !== undefined)
    throw new Error(
      `Event ${difference.hole} is missing in the middle of the log: nothing can be signed over a hole. Restore a whole backup.`,
    )
  if (code.toLowerCase() !== difference.code)
    throw new Error(
      `${code} is not the code of the difference as it is now. Look at it again: elevate quarantine`,
    )
  const ended = await endQuarantine(store, quarantine, {
    by: userInfo().username,
    reason,
    code: difference.code,
    log: { size: difference.log.size, root: difference.root },
    against: difference.against,
    statements: signRestore(
      difference.log,
      difference.against.map(({ size, root }) => ({ size, root: Buffer.from(root, 'base64') })),
      signer.signer,
    ),
    securityChannel: catalog?.securityChannel,
  })
  if (isRefused(ended)) throw new Error(ended.refused.text)
  // At once, so that a second restore is noticed as well.
  const signed = await checkpointSigner({ proof: store.proof, anchor: anchorInUse(), ...signer }).sign()
  if (signed.kind === 'refused')
    throw new Error(`Confirmed, but the log could not be signed: ${signed.text} Run: elevate quarantine`)
}

/** In an emergency the configuration may be out of reach; the rest of the difference is not. */
function readConfiguration(): {
  readonly catalog: Catalog | undefined
  readonly connectors: ReadonlyMap<string, Connector>
  readonly fault: string | undefined
} {
  const nothing = { catalog: undefined, connectors: new Map<string, Connector>() }
  try {
    const { parsed } = readCatalogFile(catalogPath(undefined), connectorKinds)
    if (!parsed.ok) return { ...nothing, fault: 'the configuration has faults: elevate check names them' }
    try {
      const connectors = openConnectors(parsed.catalog, secretResolver(process.env))
      return { catalog: parsed.catalog, connectors, fault: undefined }
    } catch (error) {
      return { ...nothing, catalog: parsed.catalog, fault: textOf(error) }
    }
  } catch (error) {
    return { ...nothing, fault: textOf(error) }
  }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function asJson(quarantine: Quarantine, difference: Difference, catalogFault: string | undefined) {
  const { log: _, root, live, against, hole, ...rest } = difference
  return {
    quarantine: true,
    why: quarantine.why,
    began_at: quarantine.beganAt,
    said: quarantine.said,
    ...rest,
    database: { size: difference.log.size, root, newest: difference.newest ?? null },
    hole: hole ?? null,
    abandoned: against.map(({ size, root, host }) => ({ size, root, host })),
    live: live.map(({ grant }) => ({
      grant: `G-${grant.number}`,
      state: grant.state,
      person: grant.person,
      target: grant.target,
      role: grant.role,
      account: grant.account ?? null,
      expires_at: grant.expiresAt ?? null,
    })),
    ...(catalogFault ? { targets_unread: catalogFault } : {}),
  }
}
