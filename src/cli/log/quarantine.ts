import { hostname } from 'node:os'
import { Command } from 'commander'
import { readConfiguration } from '../../app/configuration.ts'
import type { OperatorInterior } from '../../app/operator.ts'
import type { Contradictions, Difference } from '../../audit/checkpoint/contradictions.ts'
import { signRestore } from '../../audit/checkpoint/restore-statement.ts'
import { moment } from '../../audit/report/timeline.ts'
import { grantName } from '../../core/access/grant.ts'
import type { Catalog } from '../../core/catalog.ts'
import type { Quarantine } from '../../core/log/quarantine.ts'
import { unlessRefused } from '../../operations/refusals.ts'
import { catalogPath, operatorName, withElevate } from '../open.ts'
import { count, print, table } from '../print.ts'
import { type KeyInUse, signing, signingKeyInUse } from './audit-files.ts'

type Options = { readonly confirm?: string; readonly reason?: string; readonly json?: boolean }

/**
 * `elevate quarantine` (the restore lock): shows how the database differs from the log that was signed, with exit code 1, or
 * confirms it. Works while the bot is down, and puts the quarantine on record when it finds a difference first.
 */
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
      await withElevate(async (inside) => {
        const look = await lookFor(inside)
        if (!look)
          return print(
            json,
            { quarantine: false },
            'elevate is not in quarantine: the log is the one that was signed.',
          )
        const { quarantine, difference, catalogFault } = look
        if (confirm === undefined)
          return print(
            json,
            asJson(quarantine, difference, catalogFault),
            differenceInWords(quarantine, difference, catalogFault),
            false,
          )
        await confirmIt(inside, look, confirm, reason ?? '')
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
  readonly key: KeyInUse
  readonly catalog: Catalog | undefined
  readonly catalogFault: string | undefined
}

/** Undefined when nothing is wrong. The first to find a difference records the quarantine, and every bot stops. */
async function lookFor({
  verbs,
  queries,
  proofs,
  readDifference,
}: OperatorInterior): Promise<Look | undefined> {
  const key = await signingKeyInUse()
  const open = await queries.quarantine()
  const others = open ? await queries.quarantineEvidence(open.id) : []
  const found = await signing(proofs, key).contradictions(hostname(), others)
  const { catalog, fault } = configurationIfGood()
  if (!open) {
    if (found.against.length === 0 && found.hole === undefined) return undefined
    const finding = { ...reasonFor(found), evidence: found.against }
    unlessRefused(await verbs.beginQuarantine(finding, catalog?.securityChannel))
  }
  const quarantine = open ?? (await queries.quarantine())
  if (!quarantine) return undefined
  const read = await readDifference(found, catalog)
  return { quarantine, difference: read.difference, key, catalog, catalogFault: fault ?? read.fault }
}

function reasonFor({ log, against, good }: Contradictions): Pick<Quarantine, 'why' | 'said'> {
  const signed = against.at(-1)?.size ?? 0
  return log.size < signed
    ? { why: 'restored', said: `the log has ${log.size} events, but ${signed} were signed.` }
    : {
        why: 'rewritten',
        said: `only the first ${good} of ${log.size} events are the ones that were signed.`,
      }
}

async function confirmIt(
  { verbs, proofs }: OperatorInterior,
  look: Look,
  code: string,
  reason: string,
): Promise<void> {
  const { quarantine, difference, key, catalog } = look
  if (difference.hole !== undefined)
    throw new Error(
      `Event ${difference.hole} is missing in the middle of the log: nothing can be signed over a hole. Restore a whole backup.`,
    )
  if (code.toLowerCase() !== difference.code)
    throw new Error(
      `${code} is not the code of the difference as it is now. Look at it again: elevate quarantine`,
    )
  const confirmation = {
    by: operatorName(),
    reason,
    code: difference.code,
    log: { size: difference.log.size, root: difference.root },
    against: difference.against,
    statements: signRestore(
      difference.log,
      difference.against.map(({ size, root }) => ({ size, root: Buffer.from(root, 'base64') })),
      key.signer,
    ),
    securityChannel: catalog?.securityChannel,
  }
  unlessRefused(await verbs.endQuarantine(quarantine, confirmation))
  // Signed immediately, so that a second restore is noticed too.
  const signed = await signing(proofs, key).sign()
  if (signed.kind === 'refused')
    throw new Error(`Confirmed, but the log could not be signed: ${signed.text} Run: elevate quarantine`)
}

/** In an emergency the configuration may be unreadable; the rest of the difference is shown all the same. */
function configurationIfGood(): {
  readonly catalog: Catalog | undefined
  readonly fault: string | undefined
} {
  try {
    const { parsed } = readConfiguration(catalogPath(undefined))
    if (parsed.ok) return { catalog: parsed.catalog, fault: undefined }
    return { catalog: undefined, fault: 'the configuration has faults: elevate check names them' }
  } catch (error) {
    return { catalog: undefined, fault: error instanceof Error ? error.message : String(error) }
  }
}

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

function differenceInWords(
  quarantine: Quarantine,
  difference: Difference,
  catalogFault: string | undefined,
): string {
  return [
    `elevate is in quarantine since ${moment(quarantine.beganAt)}: ${quarantine.said}`,
    'Nothing is decided, given or taken back before you have confirmed this difference.',
    '',
    ...aboutTheLog(difference),
    '',
    ...aboutGrants(difference),
    '',
    ...aboutTargets(difference, catalogFault),
    '',
    ...whatNext(difference),
  ].join('\n')
}

function aboutTheLog(difference: Difference): string[] {
  const { signed, log, root, newest, missing, good, against } = difference
  return [
    'The log',
    `  signed    ${signed.size} events, root ${signed.root} (kept on ${signed.hosts.join(', ') || 'no host'})`,
    `  database  ${log.size} events, root ${root}${newest ? `, the newest of ${moment(newest)}` : ''}`,
    missing > 0
      ? `  ${count(missing, 'signed event')} ${missing === 1 ? 'is' : 'are'} missing, perhaps more: what came after the last checkpoint is not known.`
      : '  No event is missing by number, but they are not the ones that were signed.',
    `  The first ${good} events are the signed ones. ${count(against.length, 'checkpoint')} will not count any more.`,
  ]
}

function aboutGrants({ live, pending }: Difference): string[] {
  const waiting =
    pending.length > 0
      ? [`Requests that wait here and may have been decided since: ${pending.join(', ')}.`]
      : []
  if (live.length === 0) return ['No grant is live by the database.', ...waiting]
  return [
    'Live by the database; may have been ended or extended since:',
    table(
      ['  grant', 'state', 'person', 'entitlement', 'account', 'expires'],
      live.map(({ grant }) => [
        `  ${grantName(grant.number)}`,
        grant.state,
        `${grant.subject.name} (${grant.person})`,
        `${grant.target} ${grant.role}`,
        grant.account ?? '',
        moment(grant.expiresAt),
      ]),
    ),
    ...waiting,
  ]
}

function aboutTargets({ targets }: Difference, catalogFault: string | undefined): string[] {
  if (catalogFault) return [`The targets were not read: ${catalogFault}`]
  const lines = targets.flatMap(({ target, role, unknown, gone, fault }) => [
    ...(fault === undefined ? [] : [`  ${target} ${role}: could not be read (${fault})`]),
    ...unknown.map(
      ({ account, ofGrant }) =>
        `  ${target} ${role}: ${account} has it, and the database knows no grant${ofGrant ? '; elevate made it' : '; perhaps standing access'}`,
    ),
    ...(gone.length > 0
      ? [`  ${target} ${role}: the target no longer has ${gone.join(', ')}, live by the database`]
      : []),
  ])
  if (lines.length === 0) return ['The targets have exactly what the database says.']
  return ['What the targets really have', ...lines]
}

function whatNext({ code, hole, live }: Difference): string[] {
  if (hole !== undefined)
    return [
      `Event ${hole} is missing in the middle: this cannot be confirmed. Restore a whole backup, or the newest one.`,
    ]
  return [
    'If a newer database exists, stop elevate and restore that one instead.',
    'If this one is to go on:',
    ...(live.length > 0
      ? ['  grants whose time is over end at once; take away by hand what the database does not know.']
      : ['  take away by hand what the database does not know.']),
    `  elevate quarantine --confirm ${code} --reason "…"`,
  ]
}
