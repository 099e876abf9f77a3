/** What asking would come to, shown in the form while it is filled in, and what speaks against it. */

import { formatDuration } from '../../../core/access/duration.ts'
import { askerOf, type Request, requestName } from '../../../core/access/request.ts'
import { approvalsNeeded } from '../../../core/access/stages.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { counted, plural } from '../../../core/plural.ts'
import { isRefused } from '../../../core/refusal.ts'
import type { Explained } from '../../../operations/access/request/explain-access.ts'
import type { Previewing, RolePreview } from '../../../operations/access/request/preview-ask.ts'
import { context, section } from '../../blocks/layout.ts'
import type { Block, Names } from '../../blocks/message.ts'
import { bold, code, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { accessOf, afterwards, capital, plainNames } from '../phrases.ts'
import { refusalText } from '../refusals.ts'
import { approvalsFrom } from './approvals.ts'
import { extendButton } from './buttons.ts'
import { autoApprovalLines, whoIsMissing } from './explain.ts'

export function formPreview(
  asking: Previewing,
  previews: readonly RolePreview[],
  names: Names,
): readonly Block[] {
  const rules = new Set(
    previews.flatMap(({ explained }) => (isRefused(explained) ? [] : [explained.policy.name])),
  )
  const differ = rules.size > 1
  return [
    ...previews.flatMap((one) => [
      ...rule(asking, one, previews.length > 1, names),
      ...warnings(asking, one, names),
    ]),
    ...(owner(asking, names) === 'your'
      ? []
      : [context(say`${names(asking.receiver ?? '')} has to accept it first; no approver is asked before.`)]),
    ...(differ
      ? [context(say`These roles have different rules, so each is decided and given for itself.`)]
      : []),
  ]
}

/** `2 approvals: one of @dba and one of @security; up to 4 h; ends your sessions.` */
function rule(asking: Previewing, { role, explained }: RolePreview, named: boolean, names: Names): Block[] {
  if (isRefused(explained)) return []
  const { policy, stages, capabilities, target } = explained
  const which = named ? say`${bold(role)}: ` : say``
  const sessions = capabilities
    ? capabilities.endsSessions
      ? say`; ends ${owner(asking, names)} sessions`
      : say`; open sessions go on`
    : say``
  const people = [...new Set(stages.flatMap((stage) => stage.people ?? []))]
  return [
    section(
      say`${which}${capital(approvalsFrom(policy.approve.stages))}; up to ${formatDuration(policy.duration.max)}${sessions}.`,
    ),
    context(
      together(
        say`${capital(say`${explained.role.risk} risk`)}. It allows: ${explained.role.description}.`,
        people.length > 0 ? say`Who could approve now: ${plainNames(people, names, 5, 'or')}.` : say``,
        ...whoIsMissing(explained),
        afterwards({ capabilities, request: { target: target.id } }),
      ),
    ),
  ]
}

function owner({ by, receiver }: Previewing, names: Names): string {
  return receiver === undefined || receiver === by ? 'your' : `${names(receiver)}’s`
}

function warnings(asking: Previewing, preview: RolePreview, names: Names): Block[] {
  const { explained, role } = preview
  const access = accessOf({ target: asking.target, role })
  if (isRefused(explained)) return [section(warn(say`${refusalText(explained, names)}`))]
  return [
    ...already(asking, preview, access, names),
    ...tooLong(asking, preview, explained),
    ...autoApprovalLines(explained.automatic, names)
      .slice(0, 3)
      .map((line) => context(line)),
    ...nobody(asking, explained, role, names),
  ]
}

function already(
  { by, receiver = by }: Previewing,
  { holds, waits, standingAccess: stands }: RolePreview,
  access: RichText,
  names: Names,
): Block[] {
  const own = receiver === by
  const who = own ? 'You' : names(receiver)
  const found: Block[] = []
  if (holds) {
    const until = holds.expiresAt ? say` until ${moment(holds.expiresAt)}` : say``
    const line =
      holds.state === 'active'
        ? say`${who} already ${own ? 'have' : 'has'} ${access}${until}.${own ? ' To go on with it without a gap, extend it.' : ''}`
        : say`${who} ${own ? 'are' : 'is'} to be given ${access} already.`
    found.push(section(warn(line), own && holds.state === 'active' ? extendButton(holds) : undefined))
  }
  if (waits) found.push(section(warn(waitsAlready(waits, by, names))))
  if (stands)
    found.push(
      section(
        warn(
          say`${who} ${own ? 'have' : 'has'} standing access to this already, as ${bold(stands.account)}.`,
        ),
      ),
    )
  return found
}

/** The same is not asked for twice at a time. */
export function waitsAlready(waits: Request, reader: PersonId, names: Names): RichText {
  const you = (id: PersonId) => (id === reader ? 'you' : names(id))
  const asker = askerOf(waits)
  const whose = waits.askedBy === undefined ? say`` : say` for ${you(waits.requester)}`
  return say`${asker === reader ? 'You' : names(asker)} asked for ${accessOf(waits)}${whose} already: ${requestName(waits.number)} waits for an answer.`
}

function tooLong({ duration }: Previewing, { seconds }: RolePreview, { policy }: Explained): Block[] {
  const { default: usual, max } = policy.duration
  if (seconds === undefined)
    return [section(warn(say`“${duration ?? ''}” is not a duration: write 30m, 2h or 1d.`))]
  if (seconds > max)
    return [section(warn(say`${formatDuration(seconds)} is too long: at most ${formatDuration(max)} here.`))]
  if (seconds > usual)
    return [
      context(
        say`${formatDuration(seconds)} is longer than usual here (${formatDuration(usual)}); say why in the reason.`,
      ),
    ]
  return []
}

/** What the person can do when nobody answers is said where it matters: here, before anybody waits. */
function nobody(
  { target }: Previewing,
  { stages, possible, gone, breakGlass }: Explained,
  role: string,
  names: Names,
): Block[] {
  const needed = approvalsNeeded(stages)
  const glass =
    breakGlass && !breakGlass.reviewOpen
      ? say`If it cannot wait: ${code(`/elevate break-glass ${target} ${role}`)} takes it for at most ${formatDuration(breakGlass.max)}, in front of everybody.`
      : say``
  if (possible >= needed) return glass.length > 0 ? [context(glass)] : []
  const left =
    gone.length > 0
      ? say` (${plainNames(gone, names, 5)} ${plural(gone.length, 'is', 'are')} not here any more)`
      : say``
  return [
    section(
      warn(
        together(
          say`It cannot be approved now: it needs ${counted(needed, 'approval')}, and ${possible === 0 ? 'nobody' : `only ${counted(possible, 'person', 'people')}`} could give one${left}. Tell whoever looks after elevate here.`,
          glass,
        ),
      ),
    ),
  ]
}

function warn(line: RichText): RichText {
  return say`${bold('Note')}: ${line}`
}
