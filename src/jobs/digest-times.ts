import type { Catalog } from '../core/catalog.ts'
import type { DigestPeriod } from '../core/notice.ts'

/** When digests are due, in the words of cron, by the clock of the file's time zone. */
export function digestTimes({
  at,
  weekly,
}: Catalog['digest']): readonly { readonly period: DigestPeriod; readonly cron: string }[] {
  const [hour, minute] = at.split(':')
  const time = `0 ${Number(minute)} ${Number(hour)}`
  return [
    { period: 'daily', cron: `${time} * * *` },
    ...(weekly ? [{ period: 'weekly', cron: `${time} * * ${weekly}` } as const] : []),
  ]
}
