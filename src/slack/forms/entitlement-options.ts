/** What can be picked in the form: this person's targets and roles, also when there are more than a menu holds. */
import type { types } from '@slack/bolt'
import { formatDuration, HOUR, MINUTE, writeDuration } from '../../core/access/duration.ts'
import type { Entitlement } from '../../core/access/policy.ts'
import { clamp } from '../../core/access/reason.ts'
import type { Role, Target } from '../../core/catalog.ts'
import { plain } from '../platform/handlers.ts'

/** Slack's limit of options in one menu. Beyond it the menu asks us while the person types. */
export const MENU_MAX = 100

/** Longest option text and description. */
const TEXT = 75

export type Option = types.PlainTextOption

function option(value: string, text: string, description = ''): Option {
  const short = clamp(description.replace(/\s+/g, ' ').trim(), TEXT)
  return { text: plain(clamp(text, TEXT)), value, ...(short ? { description: plain(short) } : {}) }
}

export function targetsOf(mine: readonly Entitlement[]): Target[] {
  return [...new Map(mine.map(({ target }) => [target.id, target])).values()]
}

export function rolesOf(mine: readonly Entitlement[], target: string | undefined): Role[] {
  return mine.filter((one) => one.target.id === target).map((one) => one.role)
}

export function targetOption(target: Target): Option {
  return option(target.id, target.id, target.description)
}

export function roleOption(role: Role): Option {
  return option(role.id, role.risk === 'high' ? `${role.id} (high risk)` : role.id, role.description)
}

/** What matches the words typed so far, at most a menu full; names that begin with them come first. */
export function matching(options: readonly Option[], typed: string): Option[] {
  const asked = typed.trim().toLowerCase()
  const at = (one: Option) => `${one.text.text} ${one.description?.text ?? ''}`.toLowerCase().indexOf(asked)
  return options
    .map((one) => ({ one, place: at(one) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => Number(a.place > 0) - Number(b.place > 0))
    .map(({ one }) => one)
    .slice(0, MENU_MAX)
}

const USUAL = [15, 30, 60, 120, 240, 480, 720, 1440, 2880, 4320, 10080].map((minutes) => minutes * MINUTE)

/** The usual lengths up to the policy's longest, with its default and its longest among them. */
export function durationOptions(policy: { readonly default: number; readonly max: number }): Option[] {
  const lengths = [...USUAL.filter((one) => one < policy.max), policy.default, policy.max]
  return [...new Set(lengths)].sort((a, b) => a - b).map(durationOption)
}

export function durationOption(seconds: number): Option {
  return option(writeDuration(seconds), formatDuration(seconds))
}

/** An example that fits: half the longest, in whole hours when there are some. */
export function exampleDuration(max: number): string {
  const half = max / 2
  return half >= HOUR ? `${Math.floor(half / HOUR)}h` : `${Math.max(1, Math.floor(half / MINUTE))}m`
}
