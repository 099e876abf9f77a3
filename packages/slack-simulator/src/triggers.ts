import type { Clock, Ids } from './clock.ts'

/** Slack lets an app answer an interaction with a modal within three seconds, once. */
const TRIGGER_LIVES_MS = 3000

type TriggerFault = 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id'

type Trigger = {
  readonly userId: string
  readonly viewId: string | undefined
  readonly until: number
  used: boolean
}

export class Triggers {
  readonly #clock: Clock
  readonly #ids: Ids
  readonly #issued = new Map<string, Trigger>()

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock
    this.#ids = ids
  }

  /** `viewId` is the modal in which the interaction happened, if it was in one. */
  issue(userId: string, viewId?: string): string {
    const count = this.#ids.count('trigger')
    const id = `${count}.738474920.${count.toString(16).padStart(20, '0')}`
    this.#issued.set(id, { userId, viewId, until: this.#clock.now() + TRIGGER_LIVES_MS, used: false })
    return id
  }

  /** Slack spends a trigger only on a view it accepts, so looking and spending are two steps. */
  look(id: string): Trigger | TriggerFault {
    const trigger = this.#issued.get(id)
    if (!trigger) return 'invalid_trigger_id'
    if (trigger.used) return 'exchanged_trigger_id'
    if (this.#clock.now() > trigger.until) return 'expired_trigger_id'
    return trigger
  }

  spend(id: string): void {
    const trigger = this.#issued.get(id)
    if (trigger) trigger.used = true
  }
}
