/** How a call of the app can be made to go wrong. */
export type Fault =
  | { readonly error: string }
  | { readonly status: number }
  | { readonly rateLimited: number }
  /** Slack never answers. */
  | 'hang'
  /** Slack does what was asked, then the connection breaks: the app cannot know. */
  | 'apply-then-reset'

export class Faults {
  /** `unavailable` answers 503; `refused` breaks every connection, as when nothing listens. */
  down: 'unavailable' | 'refused' | undefined
  /** Kinds of blocks that this workspace refuses, as one does that has not got them yet. */
  readonly refusedBlocks = new Set<string>()
  readonly #planned: { readonly method: string; readonly fault: Fault; left: number }[] = []

  /** `method` may be `*`. */
  plan(method: string, fault: Fault, times: number): void {
    this.#planned.push({ method, fault, left: times })
  }

  take(method: string): Fault | undefined {
    const plan = this.#planned.find((one) => one.left > 0 && (one.method === method || one.method === '*'))
    if (!plan) return undefined
    plan.left -= 1
    return plan.fault
  }
}
