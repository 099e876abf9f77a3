import { Command } from 'commander'
import { formatDuration } from '../../core/access/duration.ts'
import type { ApprovalStage } from '../../core/access/stages.ts'
import { type Catalog, findTarget, type Policy, policiesFor } from '../../core/catalog.ts'
import { nearest } from '../../core/people/nearest.ts'
import type { Who } from '../../core/people/person.ts'
import { catalogInUse } from '../catalog-file.ts'
import { print } from '../print.ts'

export function explainCommand(): Command {
  return new Command('explain')
    .description('which policies speak of an entitlement: who may ask, who approves, for how long')
    .argument('<target>')
    .argument('<role>')
    .option('--json', 'for programs')
    .action(async (target: string, role: string, { json }: { json?: boolean }) => {
      const catalog = catalogInUse()
      const known = findTarget(catalog, target)?.roles.some((one) => one.id === role)
      if (!known) throw new Error(unknown(catalog, target, role))
      const policies = policiesFor(catalog, target, role)
      print(
        json,
        policies,
        policies.length === 0
          ? `No policy speaks of ${role} on ${target}: nobody may ask for it.`
          : policies.map(inWords).join('\n\n'),
      )
    })
}

function unknown(catalog: Catalog, target: string, role: string): string {
  const names = catalog.targets.flatMap((one) => one.roles.map((two) => `${one.id} ${two.id}`))
  const near = nearest(`${target} ${role}`, names)
  return `There is no “${target} ${role}”. ${near ? `Did you mean ${near}?` : `There are: ${names.join(', ')}.`}`
}

function inWords(policy: Policy): string {
  const { approve, duration, reason, breakGlass } = policy
  return [
    `${policy.name}`,
    `  may ask:   ${who(policy.request)}`,
    `  approves:  ${approve.stages.map(stage).join(', and ')}${approve.allowSelfApproval ? ', the requester included' : ''}`,
    `  duration:  up to ${formatDuration(duration.max)}, ${formatDuration(duration.default)} when nothing is said`,
    `  reason:    at least ${reason.minLength} characters${reason.pattern ? `, matching ${reason.pattern.source}` : ''}`,
    ...asking(policy),
    `  lapses:    after ${formatDuration(policy.lapseAfter)} without an answer`,
    `  break-glass: ${breakGlass ? `${who(breakGlass.from)}, up to ${formatDuration(breakGlass.duration.max)}` : 'not possible'}`,
  ].join('\n')
}

function stage({ name, from, count }: ApprovalStage): string {
  return `${count} of ${who(from)}${name ? ` (${name})` : ''}`
}

/** What only some policies speak of. */
function asking({ ticket, requestFor, fallback }: Policy): string[] {
  return [
    ...(ticket
      ? [`  ticket:    ${ticket.required ? 'needed' : 'if there is one'}, matching ${ticket.pattern.source}`]
      : []),
    ...(requestFor
      ? [`  for others: ${who(requestFor.from)} may ask for ${who(requestFor.to)}, who accept first`]
      : []),
    ...(fallback ? [`  fallback:  ${who(fallback.from)} after ${formatDuration(fallback.after)}`] : []),
  ]
}

function who(list: readonly Who[]): string {
  return list
    .map((one) =>
      one.kind === 'everyone' ? 'everyone' : `${one.kind === 'group' ? 'group' : 'person'} ${one.id}`,
    )
    .join(', ')
}
