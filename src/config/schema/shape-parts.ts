/**
 * What the shape of `elevate.yaml` is made of. Each part says in words what would be right, and turns what was typed into
 * what core works with, such as seconds or a matcher.
 */
import { z } from 'zod'
import { DAY, DURATION_HELP, MINUTE, parseDuration, writeDuration } from '../../core/access/duration.ts'
import { cleanText, lengthOf } from '../../core/access/reason.ts'
import { isTimezone } from '../../core/people/hours.ts'
import { nearest } from '../../core/people/nearest.ts'
import type { Who } from '../../core/people/person.ts'
import { compilePattern, PATTERN_MAX } from '../pattern.ts'
import { quote, quoteAll } from '../yaml/issue.ts'

export const ID = /^[a-z0-9][a-z0-9._-]{0,39}$/
export const ID_HELP =
  'use 1 to 40 small letters, digits, dots, hyphens and underscores, and begin with a letter or digit'
export const DURATION = /^[1-9][0-9]{0,3}[mhd]$/

export const quoted = ({ input }: { readonly input?: unknown }) =>
  typeof input === 'string' ? quote(input) : 'This'

export const name = () =>
  z.string().regex(ID, { error: (issue) => `${quoted(issue)} is not a name: ${ID_HELP}.` })

export const text = (max: number) =>
  z
    .string()
    .superRefine((typed, context) => {
      const length = lengthOf(cleanText(typed))
      if (length === 0)
        context.addIssue({ code: 'custom', message: 'This is empty. Write a few plain words.' })
      if (length > max)
        context.addIssue({ code: 'custom', message: `This has ${length} characters; at most ${max} fit.` })
    })
    .meta({ minLength: 1, maxLength: max })
    .transform(cleanText)

/** All in seconds: both ends, which are allowed, and what becomes of it. */
export const duration = (shortest = MINUTE, longest = 30 * DAY) =>
  z
    .string()
    .regex(DURATION, {
      error: (issue) => `${quoted(issue)} is not a duration: ${DURATION_HELP}.`,
      abort: true,
    })
    .refine((typed) => seconds(typed) >= shortest, {
      error: (issue) => `${quoted(issue)} is too short: at least ${writeDuration(shortest)}.`,
    })
    .refine((typed) => seconds(typed) <= longest, {
      error: (issue) => `${quoted(issue)} is too long: at most ${writeDuration(longest)}.`,
    })
    .transform(seconds)

function seconds(typed: string): number {
  return parseDuration(typed) ?? Number.NaN
}

const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/
const END_TIME = /^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/

/** `24:00` is a time only where something ends. */
export const timeOfDay = (example: string, where: 'begins' | 'ends' = 'begins') =>
  z.string().regex(where === 'ends' ? END_TIME : TIME, {
    error: (issue) =>
      `${quoted(issue)} is not a time of day: write hours and minutes, for example "${example}".`,
  })

/** An offset such as `+02:00` is refused, because it knows nothing of summer time. */
export const timezone = () =>
  z.string().refine((typed) => /^[A-Za-z]/.test(typed) && isTimezone(typed), {
    error: (issue) => {
      const near = nearest(String(issue.input), Intl.supportedValuesOf('timeZone'))
      const advice = near ? `Did you mean ${quote(near)}?` : 'Write one such as Europe/Berlin or UTC.'
      return `There is no time zone ${quoted(issue)}. ${advice}`
    },
  })

/** A regular expression that must be found in a text, or match the whole of it. */
export const pattern = (where: 'found' | 'whole') =>
  z
    .string()
    .meta({ minLength: 1, maxLength: PATTERN_MAX, format: 'regex' })
    .transform((source, context) => {
      try {
        return compilePattern(source, where)
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message })
        return z.NEVER
      }
    })

export const whole = (min: number, max: number) => {
  const error = `Write a whole number from ${min} to ${max}.`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

export const channel = () =>
  z.string().regex(/^[CG][A-Z0-9]{2,20}$/, {
    error: (issue) =>
      `${quoted(issue)} is not a channel's id (C… or G…). In Slack it stands at the end of the channel's details.`,
  })

export const who = z
  .string()
  .regex(/^(?:everyone|[UWS][A-Z0-9]{2,20})$/, {
    error: (issue) => `${quoted(issue)} is not everyone, a person's id (U… or W…) or a user group's id (S…).`,
  })
  .transform((id): Who => (id === 'everyone' ? { kind: 'everyone' } : personOrGroup(id)))

export const named = z
  .string()
  .regex(/^[UWS][A-Z0-9]{2,20}$/, {
    error: (issue) => `${quoted(issue)} is not a person's id (U… or W…) or a user group's id (S…).`,
  })
  .transform(personOrGroup)

function personOrGroup(id: string): Who {
  return { kind: id.startsWith('S') ? 'group' : 'person', id }
}

export const list = <T extends z.ZodType>(item: T) =>
  z.array(item).min(1, { error: 'This list is empty. Name at least one.' })

export const choice = <const T extends readonly string[]>(options: T) =>
  z.enum(options, {
    error: ({ input }) => {
      const near = typeof input === 'string' ? nearest(input, options) : undefined
      return `Write one of ${quoteAll(options)}.${near ? ` Did you mean ${quote(near)}?` : ''}`
    },
  })

/** Where a secret is kept. */
export const reference = [
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
] as const

export const secretReference = () =>
  z.union(reference, { error: 'Name where the secret is kept: { env: NAME } or { file: /path }.' })

type Camel<Key> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Key

/** The same values under core's keys: `lapse_after` becomes `lapseAfter`. */
export function camel<T extends object>(typed: T) {
  const named = Object.entries(typed).map(([key, value]) => [
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(named) as { [Key in keyof T as Camel<Key>]: T[Key] }
}
