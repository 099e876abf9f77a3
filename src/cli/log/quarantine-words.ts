import type { Difference } from '../../audit/checkpoint/contradictions.ts'
import { grantName } from '../../core/access/grant.ts'
import type { Quarantine } from '../../core/log/quarantine.ts'
import { moment, table } from '../print.ts'

export function differenceInWords(
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

function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`
}
