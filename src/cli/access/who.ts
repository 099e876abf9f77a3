import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import type { OperatorInterior } from '../../app/operator.ts'
import { timelineHtml, timelineSvg } from '../../audit/report/draw-timeline.ts'
import { moment, timelineOf } from '../../audit/report/timeline.ts'
import { factsOf, type Happened, type Story, type WhoAsk, type WhoHad } from '../../audit/report/who.ts'
import type { Window } from '../../audit/report/window.ts'
import { formatDuration } from '../../core/access/duration.ts'
import { grantName } from '../../core/access/grant.ts'
import { requestName } from '../../core/access/request.ts'
import type { LoggedEvent } from '../../core/log/audit-event.ts'
import type { Held } from '../../core/reads.ts'
import { unlessRefused } from '../../operations/refusals.ts'
import { catalogInUse, withElevate } from '../open.ts'
import { print, table } from '../print.ts'
import { grantNumber } from '../typed.ts'

/** More than a person reads, and few enough for memory. */
const MAX_ROWS = 10_000

const EXAMPLES = `
Examples:
  elevate who orders-db                              who has access there now
  elevate who orders-db --at 2026-11-20T03:00Z       who had it then
  elevate who --person U0ADA --ever                  everything of one person
  elevate who orders-db --from 2026-11-01 --html november.html
  elevate who --around 2026-11-20T03:00Z --for 2h    what happened around an incident
  elevate who G-12                                   one grant, step by step`

/** `elevate who` */
export function whoCommand(): Command {
  return new Command('who')
    .description('who has, or had, an entitlement; what happened around a moment; one grant step by step')
    .argument('[target]', 'or a grant, G-12')
    .argument('[role]')
    .option('--person <id>', 'only this person (Slack id)')
    .option('--at <moment>', 'for example 2026-11-20T03:00Z; now when nothing is said')
    .option('--around <moment>', 'everything around this moment, with every event of that time')
    .option('--for <length>', 'how much around it, for example 2h (default: an hour before and one after)')
    .option('--from <moment>')
    .option('--to <moment>', 'now when left out')
    .option('--ever', 'since the beginning')
    .addOption(new Option('--svg <file>', 'draw it as well').conflicts('json'))
    .addOption(new Option('--html <file>', 'draw it, with a table, as one page').conflicts('json'))
    .option('--json', 'for programs')
    .addHelpText('after', EXAMPLES)
    .action(async (target: string | undefined, role: string | undefined, options: WhoOptions) => {
      const grant = grantNumber(target ?? '')
      await withElevate((inside) =>
        grant
          ? printStory(inside, grant, role, options)
          : printWho(
              inside,
              { ...options, ...(target ? { target } : {}), ...(role ? { role } : {}) },
              options,
            ),
      )
    })
}

type WhoOptions = Omit<WhoAsk, 'target' | 'role'> & {
  readonly json?: boolean
  readonly svg?: string
  readonly html?: string
}

async function printWho(
  { queries, reports }: OperatorInterior,
  ask: WhoAsk,
  { json, svg, html }: WhoOptions,
): Promise<void> {
  const answer = unlessRefused(await reports.whoHad(catalogInUse(), ask, MAX_ROWS))
  const around =
    ask.around === undefined ? undefined : await reports.whatHappened(answer.window, ask, MAX_ROWS)
  const said = {
    ...answer.window,
    held: answer.held,
    more: answer.more,
    ...(around ? { happened: around } : {}),
  }
  print(json, said, [grantsInWords(answer), ...(around ? ['', eventsInWords(around)] : [])].join('\n'))
  await draw(await queries.now(), titleOf(ask, answer.window), answer.held, answer.window, { svg, html })
}

async function printStory(
  { queries, reports }: OperatorInterior,
  number: number,
  role: string | undefined,
  options: WhoOptions,
): Promise<void> {
  const { json, svg, html, ...narrowing } = options
  if (role !== undefined || Object.keys(narrowing).length > 0)
    throw new Error(`${grantName(number)} is one grant already: leave the rest out.`)
  const story = unlessRefused(await reports.storyOf(number, MAX_ROWS))
  print(json, story, storyInWords(story))
  const { grant, request } = story.row
  const approvers = request.decisions.filter((one) => one.verdict === 'approve').map((one) => one.approver)
  const held: Held = {
    grant,
    request: request.number,
    reason: request.reason,
    approvers,
    ...(request.review ? { review: request.review } : {}),
    ...(request.rule ? { rule: request.rule } : {}),
  }
  const now = await queries.now()
  const from = grant.activatedAt ?? grant.createdAt
  await draw(
    now,
    grantName(number),
    [held],
    { kind: 'stretch', from, to: grant.revokedAt ?? now },
    { svg, html },
  )
}

async function draw(
  now: Date,
  title: string,
  held: readonly Held[],
  { from, to }: Window,
  files: { readonly svg: string | undefined; readonly html: string | undefined },
): Promise<void> {
  if (!files.svg && !files.html) return
  const timeline = timelineOf(held, { from, to, now, title })
  if (files.svg) writeFileSync(files.svg, timelineSvg(timeline))
  if (files.html) writeFileSync(files.html, timelineHtml(timeline, held))
  const drawn = [files.svg, files.html].filter((file) => file !== undefined)
  process.stderr.write(`The picture is in ${drawn.join(' and ')}.\n`)
}

function titleOf({ target, role, person }: WhoAsk, window: Window): string {
  const what = [target, role].filter(Boolean).join(' ') || 'every target'
  return `Access to ${what}${person ? ` of ${person}` : ''}, ${spanOf(window)}`
}

function spanOf({ kind, from, to }: Window): string {
  if (kind === 'ever') return `until ${moment(to)}`
  return kind === 'stretch' ? `${moment(from)} to ${moment(to)}` : moment(from)
}

function grantsInWords({ window, held, more }: WhoHad): string {
  const when =
    window.kind === 'stretch'
      ? `From ${spanOf(window)}`
      : window.kind === 'ever'
        ? 'Ever'
        : `At ${moment(window.from)}`
  if (held.length === 0) return `${when}: nobody had elevated access.`
  const rows = held.map(({ grant, approvers, review, rule, reason }) => [
    grantName(grant.number),
    `${grant.subject.name} (${grant.person})`,
    `${grant.target} ${grant.role}`,
    grant.account ?? '',
    moment(grant.activatedAt),
    grant.revokedAt ? moment(grant.revokedAt) : `until ${moment(grant.expiresAt)}`,
    formatDuration(grant.duration),
    review ? 'break-glass' : rule ? `rule ${rule}` : approvers.join(', '),
    reason.replace(/\s+/g, ' '),
  ])
  const head = ['grant', 'person', 'entitlement', 'account', 'from', 'to', 'asked', 'approved by', 'reason']
  const rest = more ? `\nThere are earlier ones: name a target, a person or a shorter time to see them.` : ''
  return `${when}:\n${table(head, rows)}${rest}`
}

function eventsInWords({ events, more }: Happened): string {
  if (events.length === 0) return 'No event is in the audit log for that time.'
  const rest = more ? '\nThere are earlier ones: ask for a shorter time to see them.' : ''
  return `Events:\n${eventTable(events)}${rest}`
}

function eventTable(events: readonly LoggedEvent[]): string {
  return table(
    ['time', 'event', 'by', 'about', 'number', 'outcome', 'text'],
    events.map((event) => {
      const { by, about, numbers, outcome, typed } = factsOf(event)
      return [moment(event.time), event.type, by, about, numbers, outcome, typed]
    }),
  )
}

function storyInWords({ row: { grant, request }, events, more }: Story): string {
  const head = `${grantName(grant.number)} (${requestName(request.number)}): ${grant.subject.name} (${grant.person}), ${grant.role} on ${grant.target}, ${grant.state}`
  const given = grant.activatedAt
    ? `From ${moment(grant.activatedAt)} ${grant.revokedAt ? `to ${moment(grant.revokedAt)}` : `until ${moment(grant.expiresAt)}`} as ${grant.account ?? 'an unknown account'}.`
    : 'The access never appeared.'
  return `${head}\n${given}\n${eventTable(events)}${more ? '\nThere are earlier events.' : ''}`
}
