/** `elevate.yaml` → {@link Catalog}, or everything that is wrong with it at once, each with its place. */
import { createHash } from 'node:crypto'
import type { AutoApproval } from '../core/access/auto-approval.ts'
import { BREAK_GLASS_DEFAULT } from '../core/access/break-glass.ts'
import { parseDuration } from '../core/access/duration.ts'
import { cleanText } from '../core/access/reason.ts'
import type { ApprovalStage } from '../core/access/stages.ts'
import type { BreakGlass, Catalog, Policy, TicketRule } from '../core/catalog.ts'
import type { ConnectorKind, Json } from '../core/connector.ts'
import type { Who } from '../core/people/person.ts'
import { readConnectorSettings, type TargetSettings } from './connector-settings.ts'
import { checkActivitySources, sourcesOf } from './rules/activity-rules.ts'
import { checkDeliveries, deliveryOf } from './rules/delivery-rules.ts'
import { checkNamesTyped } from './rules/name-rules.ts'
import { checkPolicies } from './rules/policy-rules.ts'
import { findLiterals, HIDDEN, hideLiterals, isSecretKey, REFERENCE_ADVICE } from './rules/secret-literals.ts'
import type { CatalogFile } from './schema/schema.ts'
import { type Issue, type Report, sortIssues, writePath } from './yaml/issue.ts'
import { checkShape } from './yaml/shape-faults.ts'
import { readYaml, type YamlSource } from './yaml/yaml-source.ts'

export type ParsedCatalog =
  | { readonly ok: true; readonly catalog: Catalog; readonly warnings: readonly Issue[] }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** More faults than this help nobody; the next run shows the rest. */
const MAX_ISSUES = 200
class TooMany extends Error {}

export function parseCatalog(text: string, kinds: readonly ConnectorKind[]): ParsedCatalog {
  const source = readYaml(text)
  const secrets = new Set<string>()
  const issues: Issue[] = []
  const note = (offset: number, path: string, message: string, severity: Issue['severity']) =>
    issues.push({ ...source.placeOf(offset), path, message, severity })
  const left = { fault: MAX_ISSUES, warning: MAX_ISSUES }
  const report: Report = (path, message, { at = 'value', severity = 'fault' } = {}) => {
    if (severity === 'fault' && left.fault === 0) throw new TooMany()
    if (left[severity] === 0) return
    left[severity] -= 1
    note(source.offsetOf(path, at), writePath(path), message, severity)
  }

  for (const fault of source.faults) note(fault.offset, writePath(fault.path), fault.message, 'fault')
  let file: CatalogFile | undefined
  let settings: ReadonlyMap<string, TargetSettings> = new Map()
  try {
    refuseSecrets(source, note, secrets, report)
    if (source.sound) {
      file = checkShape(source.value, report)
      settings = readConnectorSettings(source.value, kinds, report)
      checkNamesTyped(source.value, report)
      checkPolicies(source.value, report)
      checkDeliveries(source.value, report)
      checkActivitySources(source.value, report)
    }
  } catch (error) {
    if (!(error instanceof TooMany)) throw error
  }
  const shown = sortIssues(issues).map((issue) => withoutSecrets(issue, secrets))
  if (file && !shown.some((issue) => issue.severity === 'fault'))
    return { ok: true, catalog: assemble(file, settings, text), warnings: shown }
  return { ok: false, issues: shown }
}

function refuseSecrets(
  source: YamlSource,
  note: (offset: number, path: string, message: string, severity: 'fault') => void,
  secrets: Set<string>,
  report: Report,
): void {
  for (const { what, offset, text } of findLiterals(source.text).slice(0, MAX_ISSUES)) {
    secrets.add(text)
    note(offset, writePath(source.pathAt(offset)), `This looks like ${what}. ${REFERENCE_ADVICE}`, 'fault')
  }
  const visit = (value: Json, path: readonly (string | number)[]) => {
    const key = path.at(-1)
    if (typeof value === 'string' && typeof key === 'string' && isSecretKey(key) && value !== '') {
      if (value.length >= 4) secrets.add(value)
      report(path, `A secret does not belong in this file. ${REFERENCE_ADVICE}`)
    } else if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value))
        visit(one, [...path, Array.isArray(value) ? Number(name) : name])
  }
  visit(source.value, [])
}

function withoutSecrets(issue: Issue, secrets: ReadonlySet<string>): Issue {
  const hide = (text: string) =>
    hideLiterals([...secrets].reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text))
  return { ...issue, path: hide(issue.path), message: hide(issue.message) }
}

function assemble(file: CatalogFile, settings: ReadonlyMap<string, TargetSettings>, text: string): Catalog {
  return {
    hash: createHash('sha256').update(text, 'utf8').digest('hex'),
    text,
    securityChannel: file.security.channel,
    security: file.security.people.map(whoOf),
    digest: {
      at: file.digest.at,
      timezone: file.digest.timezone,
      ...(file.digest.weekly ? { weekly: file.digest.weekly.day } : {}),
    },
    broadcastFrom: file.security.feed.broadcast_from,
    ...upkeepOf(file),
    targets: Object.entries(file.targets).map(([id, target]) => ({
      id,
      connector: target.connector,
      description: cleanText(target.description),
      channel: target.channel,
      settings: settings.get(id)?.settings ?? {},
      ...(target.activity ? { redact: target.activity.redact } : {}),
      roles: Object.entries(target.roles).map(([role, { description, risk, activity }]) => ({
        id: role,
        description: cleanText(description),
        risk,
        settings: settings.get(id)?.roles.get(role) ?? {},
        ...(activity ? { redact: activity.redact } : {}),
      })),
    })),
    policies: file.policies.map((policy) => policyOf(policy, file.quiet_hours)),
    ...(file.activity_sources ? { activitySources: sourcesOf(file.activity_sources) } : {}),
    ...(file.delivery ? { deliveries: file.delivery.map(deliveryOf) } : {}),
  }
}

function upkeepOf({ standing_access: look, digest, retention }: CatalogFile) {
  const { private_texts: texts, activity, messages } = retention ?? {}
  return {
    ...(look?.every ? { standingAccess: { every: seconds(look.every) } } : {}),
    ...(look?.at ? { standingAccess: { at: look.at, timezone: digest.timezone } } : {}),
    ...(retention
      ? {
          retention: {
            ...(texts ? { privateTexts: seconds(texts) } : {}),
            ...(activity ? { activity: seconds(activity) } : {}),
            ...(messages ? { messages: seconds(messages) } : {}),
          },
        }
      : {}),
  }
}

function policyOf(
  { approve, duration, reason, ...policy }: CatalogFile['policies'][number],
  quietHours: CatalogFile['quiet_hours'],
): Policy {
  const quiet = policy.urgent ? undefined : (policy.quiet_hours ?? quietHours)
  return {
    name: policy.name,
    targets: policy.targets,
    roles: policy.roles,
    request: policy.request.map(whoOf),
    approve: {
      stages: stagesOf(approve),
      allowSelfApproval: approve.allow_self_approval,
      ...(approve.tell === 'channel' ? {} : { tell: approve.tell }),
    },
    duration: { default: seconds(duration.default), max: seconds(duration.max) },
    reason: {
      minLength: reason.min_length,
      ...(reason.pattern === undefined ? {} : { pattern: reason.pattern }),
      ...(reason.hint === undefined ? {} : { hint: cleanText(reason.hint) }),
    },
    ...(policy.ticket ? { ticket: ticketOf(policy.ticket) } : {}),
    ...(policy.request_for
      ? { requestFor: { from: policy.request_for.from.map(whoOf), to: policy.request_for.to.map(whoOf) } }
      : {}),
    lapseAfter: seconds(policy.lapse_after),
    startWithin: seconds(policy.start_within),
    ...(policy.break_glass ? { breakGlass: breakGlassOf(policy.break_glass) } : {}),
    ...(policy.remind_after === undefined ? {} : { remindAfter: seconds(policy.remind_after) }),
    ...(policy.fallback === undefined || policy.fallback_after === undefined
      ? {}
      : {
          fallback: {
            from: policy.fallback.map(whoOf),
            after: seconds(policy.fallback_after),
            whenEmpty: policy.fallback_when_empty,
          },
        }),
    ...(quiet ? { quietHours: quiet } : {}),
    ...(policy.auto_approve ? { autoApprove: policy.auto_approve.map(autoApprovalOf) } : {}),
    ...(policy.pre_approval ? { preApproval: { max: seconds(policy.pre_approval.max) } } : {}),
  }
}

function stagesOf({
  from = [],
  quiet,
  count,
  stages = [{ from, quiet, count }],
}: CatalogFile['policies'][number]['approve']): ApprovalStage[] {
  return stages.map(({ name, ...stage }) => ({
    ...(name === undefined ? {} : { name: cleanText(name) }),
    from: [...stage.from, ...(stage.quiet ?? [])].map(whoOf),
    count: stage.count,
    ...(stage.quiet ? { quiet: stage.quiet.map(whoOf) } : {}),
  }))
}

function ticketOf({
  link,
  hint,
  ...rest
}: NonNullable<CatalogFile['policies'][number]['ticket']>): TicketRule {
  return { ...rest, ...(link ? { link } : {}), ...(hint === undefined ? {} : { hint: cleanText(hint) }) }
}

function breakGlassOf(typed: NonNullable<CatalogFile['policies'][number]['break_glass']>): BreakGlass {
  const max = seconds(typed.max)
  const usual = typed.default === undefined ? Math.min(BREAK_GLASS_DEFAULT, max) : seconds(typed.default)
  return {
    from: typed.from.map(whoOf),
    duration: { default: usual, max },
    whileReviewOpen: typed.while_review_open,
  }
}

function autoApprovalOf(
  typed: NonNullable<CatalogFile['policies'][number]['auto_approve']>[number],
): AutoApproval {
  return {
    name: typed.name,
    ...(typed.roles ? { roles: typed.roles } : {}),
    ...(typed.from ? { from: typed.from.map(whoOf) } : {}),
    ...(typed.max_duration === undefined ? {} : { maxDuration: seconds(typed.max_duration) }),
    ...(typed.hours ? { hours: typed.hours } : {}),
    ...(typed.reason_pattern === undefined ? {} : { reasonPattern: typed.reason_pattern }),
    ...(typed.ticket_pattern === undefined ? {} : { ticketPattern: typed.ticket_pattern }),
  }
}

function whoOf(typed: string): Who {
  if (typed === 'everyone') return { kind: 'everyone' }
  return { kind: typed.startsWith('S') ? 'group' : 'person', id: typed }
}

function seconds(typed: string): number {
  const read = parseDuration(typed)
  if (read === undefined)
    throw new RangeError(`The schema let a duration pass that core does not read: ${typed}`)
  return read
}
