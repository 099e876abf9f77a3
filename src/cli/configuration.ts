import { Command } from 'commander'
import { readConfiguration } from '../app/configuration.ts'
import { checkTargets, configurationSchema } from '../app/operator.ts'
import { formatDuration } from '../core/access/duration.ts'
import { type ApprovalStage, type Catalog, findTarget, type Policy, policiesFor } from '../core/catalog.ts'
import { nearest } from '../core/people/nearest.ts'
import type { Who } from '../core/people/person.ts'
import { catalogInUse, catalogPath } from './open.ts'
import { count, print } from './print.ts'

/** `elevate check`: with `--targets` it connects to each target, at most for 20 seconds. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check the configuration, and with --targets the rights that elevate has in each target')
    .argument('[file]', 'default: ELEVATE_CONFIG, or elevate.yaml')
    .option('--targets', 'connect to every target and look')
    .option('--json', 'for programs')
    .action(async (given: string | undefined, options: { targets?: boolean; json?: boolean }) => {
      const file = catalogPath(given)
      const { parsed, printed } = readConfiguration(file)
      const issues = parsed.ok ? parsed.warnings : parsed.issues
      const found = parsed.ok && options.targets ? await checkTargets(parsed.catalog, process.env) : []
      const good = parsed.ok && !found.some((one) => one.level === 'fault')
      const words = [
        printed,
        ...found.map((one) => `${one.target}: ${one.level}: ${one.text}`),
        good && parsed.ok
          ? `${file} is good: ${count(parsed.catalog.targets.length, 'target')}, ${count(parsed.catalog.policies.length, 'policy', 'policies')}.`
          : `${file} cannot be used as it is.`,
      ]
      print(options.json, { ok: good, issues, targets: found }, words.filter(Boolean).join('\n'), good)
    })
}

/** `elevate schema` */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of elevate.yaml, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(configurationSchema(), null, 2)}\n`)
    })
}

/** `elevate explain` */
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
        policies.map(asJson),
        policies.length === 0
          ? `No policy speaks of ${role} on ${target}: nobody may ask for it.`
          : policies.map(inWords).join('\n\n'),
      )
    })
}

/** Patterns as they are written in the file. */
function asJson(policy: Policy) {
  const { reason, ticket } = policy
  return {
    ...policy,
    reason: { ...reason, ...(reason.pattern ? { pattern: reason.pattern.source } : {}) },
    ...(ticket ? { ticket: { ...ticket, pattern: ticket.pattern.source } } : {}),
  }
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

/** Lines about what only some policies have. */
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
