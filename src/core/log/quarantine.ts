/**
 * The log is not the one that was signed: the database was restored from a backup, or rewritten. What it says of grants
 * may be long over, so nothing is decided, given, taken or told of before an operator has seen the difference and
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

export type QuarantineStore = {
  /** The one that lasts, if any. */
  current(): Promise<Quarantine | undefined>
  read(id: string): Promise<Quarantine | undefined>
  evidence(id: string): Promise<readonly Evidence[]>
  /**
   * From now on everything that is done through this store needs the log to have this leaf as its `size`-th. So a
   * restore under a running replica stops it at once, before it has looked for one.
   */
  remember(size: number, leafHash: Uint8Array): void
  /** False when the log does not have the leaf that was remembered. */
  intact(): Promise<boolean>
}

export type QuarantineMoves = {
  /** Its id, and whether this call began it. */
  begin(found: Pick<Quarantine, 'why' | 'said'>): Promise<{ readonly id: string; readonly began: boolean }>
  add(id: string, evidence: readonly Evidence[]): Promise<void>
  /** Requests, grants and yeses given beforehand go on with numbers so much higher. */
  skipNumbers(count: number): Promise<void>
  /** False when it had ended already. */
  end(id: string, by: string, reason: string): Promise<boolean>
}
