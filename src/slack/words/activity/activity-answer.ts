import { grantName } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import type { KeptEntry } from '../../../core/activity/activity.ts'
import { erasedWords, isErased } from '../../../core/activity/activity-record.ts'
import type { ActivityRead } from '../../../operations/activity/read-activity.ts'
import { message } from '../../blocks/compose.ts'
import { actions, bullets, button, context, linesThatFit, rich, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, code, type Line, say, second, together } from '../../blocks/say.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessOf } from '../phrases.ts'
import { whatWasDone } from './what-was-done.ts'

const ROOM = 8_000
const LONGEST = 300

/** For `/elevate activity G-12`: one page of what was done, oldest first. `next` is the value of the button. */
export function activityAnswer(read: ActivityRead, names: Names, next: (after: number) => string): Message {
  const { grant, summary, entries, after, judged } = read
  const live = summary?.state === 'open' && grant.state !== 'revoked'
  const sum = !summary
    ? say`Nothing was collected for it.`
    : live
      ? say`The access lives; this is what was read from the log of ${grant.target} so far.`
      : whatWasDone(grant.target, summary)
  const head = together(
    say`What was done with ${bold(grantName(grant.number))}, ${accessOf(grant)} for ${names(grant.person)}:`,
    sum,
  )
  const shown = linesThatFit(entries.map(entryLine), ROOM, entries.length)
  const more = read.more || shown.length < entries.length
  const faults = judged?.faults ?? []
  const hash = faults.length === 0 && summary?.state === 'closed' && summary.hash
  const erased = judged?.erasedOnPurpose ? say`${erasedWords(judged.erasedOnPurpose)}` : undefined
  const changed =
    faults.length > 0
      ? say`${bold('This record was changed.')} ${faults.join(' ')} Tell whoever runs elevate.`
      : undefined
  const known = [erased, changed].filter((line) => line !== undefined)
  return message(between([head, ...known, ...shown], ' '), [
    section(head),
    changed ? section(changed) : undefined,
    erased ? context(erased) : undefined,
    shown.length > 0 ? rich(bullets(shown)) : undefined,
    more
      ? actions(
          button({
            action: ACTION.activity_page,
            text: 'More',
            label: `Show more of what was done with ${grantName(grant.number)}`,
            value: next(after + shown.length),
          }),
        )
      : undefined,
    hash
      ? context(
          say`SHA-256 of the record: ${hash.slice(0, 16)}…, as the audit log has it (activity.collected). To check: elevate activity ${grantName(grant.number)}`,
        )
      : undefined,
  ])
}

const WORDS: Readonly<Record<KeptEntry['kind'], string>> = {
  connect: 'connected',
  disconnect: 'disconnected',
  'failed-login': 'failed login',
  select: 'read',
  insert: 'insert',
  update: 'update',
  delete: 'delete',
  ddl: 'schema',
  grant: 'rights',
  other: 'other',
}

function entryLine(entry: KeptEntry): Line {
  const { outcome, kind } = entry
  const bad =
    outcome === 'done' || kind === 'failed-login' ? '' : `, ${outcome}${entry.code ? ` (${entry.code})` : ''}`
  return together(
    say`${second(entry.at)} ${bold(`${WORDS[kind]}${bad}`)}`,
    isErased(entry) ? say`(text erased)` : entry.text ? say`${code(clamp(entry.text, LONGEST))}` : say``,
    entry.source === 'target' ? say`` : say`[${entry.source}]`,
  )
}
