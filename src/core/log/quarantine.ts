/**
 * The log is not the one that was signed: the database was restored from a backup, or rewritten. What it says of grants
 * may be long over, so nothing is decided, granted, revoked or sent before an operator has seen the difference and
 * confirmed it. Types only, and the error that everybody gets who tries.
 */

/** Nothing is done now, and nothing was changed. */
export class Quarantined extends Error {
  override readonly name = 'Quarantined'
  constructor() {
    super(
      'elevate is in quarantine: its database is not the one that was signed. Nothing was changed. Run: elevate quarantine',
    )
  }
}

export type Quarantine = {
  readonly id: string
  readonly why: 'restored' | 'rewritten'
  /** What is wrong, in a sentence. */
  readonly said: string
  readonly beganAt: Date
  readonly endedAt: Date | undefined
  readonly endedBy: string | undefined
  /** Typed by the operator who ended it. */
  readonly reason: string
}

/** A checkpoint that the log does not bear out: signed, or only counted by a running replica (no note). */
export type Evidence = {
  readonly size: number
  /** Base64. */
  readonly root: string
  readonly note?: string | undefined
  /** Where it was kept. */
  readonly host: string
}
