/**
 * The contract between elevate and one kind of target system.
 *
 * A connector makes one entitlement true or untrue and reads back what is true. It never decides: who may have
 * what, and until when, is settled before it is called. Every verb can be repeated: "already there" and
 * "already gone" are successes. `grant` returns only after the target itself was read again, as `look` does.
 */
import type { HowTo } from './access/grant.ts'
import type { ActivityAsk, ActivityPage, Redaction } from './activity/activity.ts'
import type { Json, JsonObject } from './json.ts'
import type { Subject } from './people/person.ts'

/** What a connector can promise; shown on approval cards, never assumed. */
export type Capabilities = {
  /** Does the target end the access by itself when elevate is gone? `login-only`: new logins stop, sessions go on. */
  readonly expiry: 'enforced' | 'login-only' | 'none'
  /** What the person uses to get in: nothing new, or a password shown once. */
  readonly credential: 'none' | 'password'
  /** Does revoking end sessions that are already open? */
  readonly endsSessions: boolean
  /** Can it tell the access elevate gave from access that stood before? */
  readonly ownsGrant: boolean
  /** Seconds that power can outlive a verified revocation. 0 = none. */
  readonly residualSeconds: number
}

/**
 * Everything needed to give, take or check one access; frozen on the grant when it is decided, so that later
 * edits of the configuration cannot orphan it.
 */
export type Access = {
  /** The grant that the account was made for; with the account it makes repeated calls the same call. */
  readonly grantId: string
  /** The short number people see: `G-2077` has 2077. */
  readonly grantNumber: number
  readonly target: string
  readonly role: string
  /** The account inside the target, as {@link Connector.resolve} named it. */
  readonly account: string
  /** The role's connector settings at the time of the decision. */
  readonly entitlement: JsonObject
  readonly subject: Subject
  /** Latest moment the access may exist: a safety net for targets that can end access alone. */
  readonly notAfter: Date
  /** What {@link Granted.ids} said when it was granted; absent where that is not known. */
  readonly ids?: JsonObject | undefined
  /** True when the account had the entitlement before elevate gave it; such access is never taken. */
  readonly preexisting: boolean
}

export type Granted = {
  /** `already-there`: the target had it and nothing was changed. */
  readonly was: 'given' | 'already-there'
  /** The account held this entitlement without elevate; it stays when the grant ends. */
  readonly preexisting: boolean
  readonly howTo: HowTo
  /** What cannot be renamed: the target's own ids of itself, the account and the entitlement. */
  readonly ids: JsonObject
}

/**
 * What ending an access takes. Each step is a call of its own and is tried also when one before it failed, so that what
 * a holder blocks delays nothing else.
 * - `take`: the account has the entitlement from elevate no more
 * - `end-sessions`: what was opened with it ends
 * - `close`: an account that was made for it can no longer be used, and marks of ours are removed
 */
export type EndingStep = 'take' | 'end-sessions' | 'close'

export type StepDone = {
  /** The target had something of this access, and it was taken. */
  readonly taken: boolean
  readonly sessionsEnded: number
}

/** What the target shows after the steps, read again. Only `gone` and `standing` end a revocation. */
export type Seen =
  | { readonly state: 'gone' }
  /** Ours is gone; the account has the entitlement from others than elevate. */
  | { readonly state: 'standing' }
  /** In words for the alarm: what is still there. */
  | { readonly state: 'held'; readonly text: string }

/** An account that has an entitlement according to the target. */
export type Holder = {
  readonly account: string
  /** The grant it stems from, where the target can tell. */
  readonly grantId?: string
  readonly via: 'direct' | 'nested'
}

/**
 * Somebody who can use an entitlement in the target, through a grant or not: what the report on standing access is made of.
 * - `direct`, `nested`: the account has the role itself, or another that includes it
 * - `owner`: it owns what the role gives access to
 * - `superuser`: it has everything on the target, whatever the role
 */
export type FoundHolder = {
  readonly account: string
  readonly via: 'direct' | 'nested' | 'owner' | 'superuser'
  /** In plain words, to go on with after the account's name: `given by "postgres"`, `through "team"`. */
  readonly how: string
  /** It has this from elevate and from nobody else. */
  readonly ours: boolean
  /** The grant its login was made for, where the target can tell. */
  readonly grantId?: string
  /** Why elevate cannot take it away, and what an administrator can do; absent when elevate can. */
  readonly beyond?: string
}

/** A secret made on demand. It is shown once to its owner and exists nowhere else. */
export type Credential = { readonly fields: readonly { readonly label: string; readonly value: string }[] }

/** Something an operator should know about a target: `fault` means elevate cannot work with it. */
export type Finding = { readonly level: 'fault' | 'warning' | 'info'; readonly text: string }

export type Connector = {
  readonly kind: string
  readonly capabilities: Capabilities
  /** At start and on demand: is it reachable, are our rights enough, and not too many? */
  check(signal: AbortSignal): Promise<readonly Finding[]>
  /**
   * Names the account that a grant will use. For accounts that exist it is looked up (exactly one match, else
   * `ConnectorError` `not-found` or `conflict`); for temporary ones it is computed from the grant alone.
   */
  resolve(ask: {
    readonly subject: Subject
    readonly role: string
    readonly entitlement: JsonObject
    readonly grantId: string
    readonly grantNumber: number
  }): Promise<string>
  grant(access: Access, signal: AbortSignal): Promise<Granted>
  /** The steps that ending this access takes, in order; one may come twice. */
  endingSteps(access: Access): readonly EndingStep[]
  /**
   * One step; "there was nothing to do" is a success. Works without knowledge of the granting, or of the steps before: a
   * crash may have come between. Calls of ours for this account that are still under way end first, so that nothing of
   * them arrives later. What blocks it is named in the error, with what an administrator can do. With `access.ids` the
   * account is found by its id, and another system than the one of the grant is a `conflict`, never "already gone".
   */
  end(access: Access, step: EndingStep, signal: AbortSignal): Promise<StepDone>
  /** Reads the target again. Throws when that cannot be told. */
  look(access: Access, signal: AbortSignal): Promise<Seen>
  /**
   * Removes what the person left, once access is over, and returns what stays, for the receipt. Takes a few seconds at
   * most, and throws only when `signal` aborts.
   */
  cleanUp(access: Access, signal: AbortSignal): Promise<readonly string[]>
  /** Every account that holds the entitlement now. */
  inspect(role: string, entitlement: JsonObject, signal: AbortSignal): Promise<readonly Holder[]>
  /** The same text for two targets that are one and the same system, so that each knows the other's grants. */
  readonly system?: string
  /**
   * Everybody who could use the entitlement, also those whom nothing was given for it. More than `inspect`, which is
   * about what can be given and taken. Absent where the target cannot list it.
   */
  holders?(role: string, entitlement: JsonObject, signal: AbortSignal): Promise<readonly FoundHolder[]>
  /**
   * Takes what an account has of the entitlement from others than elevate, and returns only after the target was read
   * again. `leftover`: what elevate gave, too; only when no grant stands for it. `denied` when it is beyond elevate's
   * rights, `conflict` when the account still has it in another way.
   */
  takeAway?(
    holding: {
      readonly account: string
      readonly role: string
      readonly entitlement: JsonObject
      readonly leftover: boolean
    },
    signal: AbortSignal,
  ): Promise<{ readonly sessionsEnded: number }>
  /** The account that a person has by the configuration alone; undefined when it takes a look to know. */
  accountOf?(subject: Subject): string | undefined
  /** Makes a fresh secret for a live access; the one before stops working. */
  credential?(access: Access, signal: AbortSignal): Promise<Credential>
  /**
   * A statement in this kind of target's own language, without what can be personal or secret: strings, numbers,
   * comments. Whatever is in doubt goes out too. Of a target without it, no statement is kept.
   */
  redact?(text: string, how: Redaction): string
  /** The next page of what an account did; a target that cannot tell has no such verb. Changes nothing. */
  activity?(ask: ActivityAsk, signal: AbortSignal): Promise<ActivityPage>
  close(): Promise<void>
}

/**
 * Why a connector could not do it. `retryable` and `unknown-outcome` are tried again; the others are tried
 * again too when access must end, because nothing ends a revocation but the target's own word.
 */
export type ConnectorErrorKind =
  | 'retryable'
  | 'denied'
  | 'not-found'
  | 'config'
  | 'conflict'
  | 'unknown-outcome'

/** Trying again does not change these: somebody has to repair something first. */
export const PERMANENT_ERRORS: ReadonlySet<ConnectorErrorKind> = new Set([
  'denied',
  'not-found',
  'config',
  'conflict',
])

export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly kind: ConnectorErrorKind
  constructor(kind: ConnectorErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.kind = kind
  }
}

/**
 * What a target kind brings: how its part of the configuration is read, and how a connector is made from it.
 * Schemas are given as functions over unknown data so that `core` needs no package.
 */
export type ConnectorKind = {
  readonly kind: string
  /** Reads the target's `connection`/`mode`/… keys. Faults carry the path inside the target. */
  parseTarget(raw: unknown): Parsed<JsonObject>
  /** Reads one role's own keys. */
  parseRole(raw: unknown, target: JsonObject): Parsed<JsonObject>
  /** JSON Schema (draft 2020-12) of both, for editors. */
  readonly targetSchema: JsonObject
  readonly roleSchema: JsonObject
  /** `secret` resolves a reference such as `{ env: 'ORDERS_URL' }` or `{ file: '/run/secrets/x' }`. */
  open(target: {
    readonly id: string
    readonly settings: JsonObject
    /** The roles the configuration offers on this target, so that `check` can look at each of them. */
    readonly roles: readonly { readonly id: string; readonly settings: JsonObject }[]
    readonly secret: (reference: Json) => string
  }): Connector
}

export type Fault = { readonly path: readonly (string | number)[]; readonly message: string }
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] }
