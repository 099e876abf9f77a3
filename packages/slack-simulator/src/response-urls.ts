import type { Clock, Ids } from './clock.ts'

const LIVES_MS = 30 * 60_000
const USES = 5

/** Where an answer given through a response_url belongs. */
export type ReplyPlace = {
  readonly userId: string
  readonly channelId: string
  /** The message in which the interaction happened; a command has none. */
  readonly source?: string
}

type Issued = { readonly place: ReplyPlace; readonly until: number; uses: number }

/** A response_url works five times within half an hour, and says 404 afterwards. */
export class ResponseUrls {
  readonly #clock: Clock
  readonly #ids: Ids
  readonly #origin: () => string
  readonly #teamId: string
  readonly #issued = new Map<string, Issued>()

  constructor(clock: Clock, ids: Ids, origin: () => string, teamId: string) {
    this.#clock = clock
    this.#ids = ids
    this.#origin = origin
    this.#teamId = teamId
  }

  issue(kind: 'commands' | 'actions', place: ReplyPlace): string {
    const count = this.#ids.count('response_url')
    const path = `/hooks/${kind}/${this.#teamId}/${count}/simulated${count.toString(16).padStart(16, '0')}`
    this.#issued.set(path, { place, until: this.#clock.now() + LIVES_MS, uses: 0 })
    return `${this.#origin()}${path}`
  }

  use(path: string): ReplyPlace | 'no_service' | 'expired_url' | 'used_url' {
    const issued = this.#issued.get(path)
    if (!issued) return 'no_service'
    if (this.#clock.now() > issued.until) return 'expired_url'
    if (issued.uses >= USES) return 'used_url'
    issued.uses += 1
    return issued.place
  }
}
