/**
 * Replaces what differs from run to run by names that are numbered by first use, so that the same thing keeps the
 * same name in every file. Not numbered is what may be equal by chance: two moments within one millisecond, or the
 * same minute on a slower machine.
 */

type Rule = readonly [RegExp, string | ((found: string) => string)]

const MINUTE_MS = 60_000

export class Placeholders {
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  /** When events were written, in milliseconds. */
  readonly #happened: readonly number[]
  readonly #rules: readonly Rule[]

  /** `literals` are values that this run knows, and what to call them. */
  constructor(happened: readonly string[], literals: Readonly<Record<string, string>>) {
    this.#happened = happened.map((time) => Date.parse(time))
    const named = (kind: string) => (found: string) => this.#name(kind, found)
    this.#rules = [
      ...Object.entries(literals).map(([value, name]): Rule => [new RegExp(RegExp.escape(value), 'g'), name]),
      [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, named('uuid')],
      [/\b[0-9a-f]{64}\b/g, named('hash')],
      [/(?<=policy )[0-9a-f]{12}\b/g, (found) => this.#shortHash(found)],
      [/\b20[2-4]\d-\d\d-\d\dT[\d:]+\.\d{6}Z/g, named('time')],
      [/\b20[2-4]\d-\d\d-\d\dT[\d:]+(\.\d{3})?Z/g, (found) => this.#moment(found)],
      [/\b20[2-4]\d-\d\d-\d\d \d\d:\d\d(:\d\d)?/g, '<minute>'],
      [/\b20[2-4]\d-\d\d-\d\d\b/g, '<day>'],
      [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2}\b/g, '<weekday>'],
      [/\b1[789]\d{8}\.\d{6}\b/g, named('ts')],
      [/\b1[789]\d{11}\b/g, '<milliseconds>'],
      [/\b1[789]\d{8}\b/g, '<seconds>'],
      [/\b[0-9a-f]{8}\.[0-9a-f]{2,8}\b/g, named('session')],
      [/\b(\d+\.)+[0-9a-f]{32}\b|\b\d+\.\d{9}\.[0-9a-f]+\b/g, '<trigger>'],
      [/\bVSIM\d+\b/g, named('view')],
      [/(?<=elevate\.demo\/audit)\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*/g, '+<key>'],
      [/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=/g, '<root>'],
      [/(?<=elevate\.demo\/audit )[A-Za-z0-9+/]{60,}=*/g, '<signature>'],
      [/\b(less than )?(\d+(\.\d+)? (h|min|s) )+of (?=\d)/g, '<so long> of '],
      [/\b(less than )?\d+(\.\d+)? s\b/g, '<so long>'],
      [/\b5\d min <so long>/g, '<so long>'],
      [/\b\d+ min left\b/g, '<so long> left'],
      [/(?<=held for +)\S.*/g, '<so long>'],
      [/(?<=(late_by_ms|lateByMs|held_s|late_ms)\\*"+: ?)\d+/g, '<number>'],
      // The target's own ids: oids, and the identifier of its system.
      [/(?<="(system|role|account)": ")\d+(?=")/g, '<id of the target>'],
      [/(?<=value: )\d+(?=\n\s+text: <so long>)/g, '<number>'],
      // Signed three times a minute, by the clock.
      [/(?<=The audit log has )\d+(?= events, and)|(?<=elevate\.demo\/audit\n\s*)\d+(?=\n)/g, '<size>'],
    ]
  }

  in(text: string): string {
    return this.#rules.reduce((so, [pattern, name]) => so.replaceAll(pattern, name as string), text)
  }

  #name(kind: string, found: string): string {
    const key = `${kind} ${found}`
    const known = this.#names.get(key)
    if (known) return known
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    const name = `<${kind} ${count}>`
    this.#names.set(key, name)
    return name
  }

  #shortHash(found: string): string {
    for (const [key, name] of this.#names) if (key.startsWith(`hash ${found}`)) return name.replace('>', '…>')
    return this.#name('short hash', found)
  }

  /** Far from every event it is a moment that was planned, which is no other by chance. */
  #moment(found: string): string {
    const at = Date.parse(found)
    const planned = this.#happened.every((one) => Math.abs(one - at) > MINUTE_MS)
    return planned ? this.#name('planned time', found) : '<time>'
  }
}
