/** What was typed after a command. An InvalidArgumentError is wrong use, another error a refusal (see exit-codes.ts). */
import { InvalidArgumentError } from 'commander'
import { MOMENT_HELP, readMoment } from '../audit/report/window.ts'
import { cleanText } from '../core/access/reason.ts'

/** For an option that can be given several times. */
export const collect = (one: string, before: readonly string[]) => [...before, one]

export function readTime(typed: string): Date {
  const moment = readMoment(typed)
  if (!moment) throw new InvalidArgumentError(`To say when, ${MOMENT_HELP}.`)
  return moment
}

export function readPort(typed: string): number {
  const port = /^\d{1,5}$/.test(typed) ? Number(typed) : Number.NaN
  if (!(port <= 65_535)) throw new InvalidArgumentError('A port is a whole number up to 65535.')
  return port
}

/** A person's id in Slack. */
export function readPersonId(typed: string): string {
  if (/^[UW][A-Z0-9]{1,20}$/.test(typed)) return typed
  throw new InvalidArgumentError('This is not a person’s Slack id (U… or W…).')
}

/** The number in `G-12` or `g12`; undefined when it is not the name of a grant. */
export function grantNumber(typed: string): number | undefined {
  const digits = /^G-?([1-9][0-9]{0,8})$/i.exec(typed)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The same; throws when it is not the name of a grant. */
export function readGrant(typed: string): number {
  const number = grantNumber(typed)
  if (number === undefined) throw new Error(`“${cleanText(typed)}” is not a grant: write for example G-12.`)
  return number
}
