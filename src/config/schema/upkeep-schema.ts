/** What elevate does by itself beside requests: looking for standing access, and forgetting what is old. */
import { z } from 'zod'
import { DAY, DURATION_HELP, formatDuration, MINUTE, parseDuration } from '../../core/access/duration.ts'
import { quote } from '../yaml/issue.ts'

const told = (input: unknown) => (typeof input === 'string' ? quote(input) : 'This')

/** Seconds of both ends. */
const period = (shortest: number, longest: number) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,3}[mhd]$/, {
      error: ({ input }) => `${told(input)} is not a length of time: ${DURATION_HELP}.`,
    })
    .refine(
      (typed) => {
        const seconds = parseDuration(typed) ?? shortest
        return seconds >= shortest && seconds <= longest
      },
      {
        error: ({ input }) =>
          `${told(input)} does not do: from ${formatDuration(shortest)} to ${formatDuration(longest)}.`,
      },
    )

export const standingSchema = z
  .strictObject({
    every: period(5 * MINUTE, 30 * DAY)
      .optional()
      .describe('How often, for example 24h.'),
    at: z
      .string()
      .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, {
        error: ({ input }) =>
          `${told(input)} is not a time of day: write hours and minutes, for example "06:00".`,
      })
      .optional()
      .describe('At which time of day, in the time zone of the digest, for example "06:00".'),
  })
  .refine(({ every, at }) => (every === undefined) !== (at === undefined), {
    error: 'Say either every (for example 24h) or at (for example "06:00").',
  })
  .describe(
    'When every target is asked who has access that elevate did not give. Never by itself when left out.',
  )

/** Access can live for 30 days, and what it was asked for has to be known that long. */
const SHORTEST_TEXTS = 31 * DAY
const LONGEST = 9999 * DAY

export const retentionSchema = z
  .strictObject({
    private_texts: period(SHORTEST_TEXTS, LONGEST)
      .optional()
      .describe(
        'Reasons, notes and names of access that is over: erased this long afterwards, at least 31d.',
      ),
    activity: period(DAY, LONGEST)
      .optional()
      .describe('The statements of access that is over: their texts are emptied this long afterwards.'),
    messages: period(DAY, LONGEST)
      .optional()
      .describe('Where messages about access that is over stand in Slack, so that they can be redrawn.'),
  })
  .describe('How long texts about people are kept, each kind for its period. For ever when left out.')
