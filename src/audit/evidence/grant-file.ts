/** One grant, from the request to the end: as JSON for programs, and as text for people. */

import { formatDuration } from '../../core/access/duration.ts'
import { grantName, secondsHeld } from '../../core/access/grant.ts'
import { cleanText, cleanTexts } from '../../core/access/reason.ts'
import { requestName } from '../../core/access/request.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import type { GrantRow } from '../../core/reads.ts'
import { readEvent } from '../stored-event.ts'
import { activityFacts, activityLines, type GrantActivity } from './activity-file.ts'
import { eventFile } from './pack.ts'

/** As JSON. It has the events byte for byte, each with the name of its proof. */
export function grantJson(
  { grant, request }: GrantRow,
  leaves: readonly StoredLeaf[],
  activity: GrantActivity | undefined,
): string {
  const { subject, entitlement, howTo, ...facts } = grant
  return `${JSON.stringify(
    {
      grant: { name: grantName(grant.number), ...facts, subject },
      request: {
        name: requestName(request.number),
        ...request,
        decisions: request.decisions.map(({ preApproval, preApprovalId, ...decision }) => ({
          ...decision,
          preApproval: preApprovalId,
          preApprovalNumber: preApproval,
        })),
      },
      activity: activity ? activityFacts(activity) : null,
      events: leaves.map(({ index, bytes, texts }) => ({
        index,
        bytes: bytes ?? null,
        private: texts,
        proof: `${eventFile(index)}.tlog-proof`,
      })),
    },
    null,
    2,
  )}\n`
}

/** As text. */
export function grantText(
  { grant, request }: GrantRow,
  leaves: readonly StoredLeaf[],
  activity: GrantActivity | undefined,
): string {
  const held = secondsHeld(grant)
  const facts: readonly (readonly [string, string])[] = [
    ['person', `${grant.subject.name} (${grant.person})`],
    ['access', `${grant.role} on ${grant.target}`],
    ['account', grant.account ?? '(none: it was never given)'],
    ...Object.entries(cleanTexts(request)).map(([name, text]) => [name, oneLine(text)] as const),
    ['how', request.review ? 'break-glass, without approval' : 'approved'],
    ...request.decisions.map(
      (one) => [one.verdict, `${one.approver}, ${one.at.toISOString()} ${oneLine(one.note)}`.trim()] as const,
    ),
    ...(request.review
      ? ([['review', `${request.review.state} ${oneLine(request.review.note)}`.trim()]] as const)
      : []),
    ['given', moment(grant.activatedAt)],
    ['planned end', moment(grant.expiresAt)],
    ['gone', `${moment(grant.revokedAt)} ${grant.endOutcome ?? ''}`.trim()],
    ['held for', held === undefined ? '-' : formatDuration(Math.round(held))],
    ['why it ended', grant.endReason ?? '-'],
    ['policy', `${request.policyName}, configuration/${grant.policyHash}.yaml`],
  ]
  return [
    `${grantName(grant.number)}: ${grant.role} on ${grant.target} for ${grant.subject.name}, asked for as ${requestName(request.number)}`,
    '',
    ...facts.map(([name, value]) => `${name.padEnd(13)} ${value}`),
    '',
    ...activityLines(activity),
    'Every event, with its place in the log and its proof:',
    '',
    ...leaves.map(eventLine),
    '',
  ].join('\n')
}

function eventLine(leaf: StoredLeaf): string {
  const said = readEvent(leaf)
  const proof = `${eventFile(leaf.index)}.tlog-proof`
  if (!said) return `${leaf.index}  (erased)  ${proof}`
  const words = Object.entries(said.texts).map(([field, text]) => `${field}: ${oneLine(text)}`)
  const head = [said.time, said.type, `by ${said.actor.id}`, ...(said.outcome ? [`(${said.outcome})`] : [])]
  return [`${leaf.index}  ${head.join(' ')}  ${proof}`, ...words.map((text) => `      ${text}`)].join('\n')
}

/** So that what people typed cannot look like a line of ours. */
function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ')
}

const moment = (at: Date | undefined) => at?.toISOString() ?? '-'
