/** What the shape of `elevate.yaml` is made of; each part says in words what would be right. */
import { z } from 'zod'
import { DAY, DURATION_HELP, parseDuration } from '../../core/access/duration.ts'
import { cleanText, lengthOf } from '../../core/access/reason.ts'
import { nearest } from '../../core/people/nearest.ts'
import { compilePattern, PATTERN_MAX } from '../pattern.ts'
import { quote, quoteAll } from '../yaml/issue.ts'

export const ID = /^[a-z0-9][a-z0-9._-]{0,39}$/
export const ID_HELP =
  'use 1 to 40 small letters, digits, dots, hyphens and underscores, and begin with a letter or digit'
export const DURATION = /^[1-9][0-9]{0,3}[mhd]$/
const MAX_DURATION = 30 * DAY

type Told = { readonly input?: unknown }
export const told = ({ input }: Told) => (typeof input === 'string' ? quote(input) : 'This')

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

export const duration = () =>
  z
    .string()
    .regex(DURATION, { error: (issue) => `${told(issue)} is not a duration: ${DURATION_HELP}.` })
    .refine((typed) => (parseDuration(typed) ?? 0) <= MAX_DURATION, {
      error: (issue) => `${told(issue)} is too long: at most 30d.`,
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
      `${told(issue)} is not a channel's id (C… or G…). In Slack it stands at the end of the channel's details.`,
  })

export const who = z.string().regex(/^(?:everyone|[UWS][A-Z0-9]{2,20})$/, {
  error: (issue) => `${told(issue)} is not everyone, a person's id (U… or W…) or a user group's id (S…).`,
})

export const named = z.string().regex(/^[UWS][A-Z0-9]{2,20}$/, {
  error: (issue) => `${told(issue)} is not a person's id (U… or W…) or a user group's id (S…).`,
})

export const list = <T extends z.ZodType>(item: T) =>
  z.array(item).min(1, { error: 'This list is empty. Name at least one.' })

export const choice = <const T extends readonly string[]>(options: T) =>
  z.enum(options, {
    error: ({ input }) => {
      const near = typeof input === 'string' ? nearest(input, options) : undefined
      return `Write one of ${quoteAll(options)}.${near ? ` Did you mean ${quote(near)}?` : ''}`
    },
  })
