import type { Refused } from '../core/refusal.ts'
import type { Store } from '../store/database/open-store.ts'
import { decideRequest, decideTogether } from './access/decide/decide-request.ts'
import { endPreApproval, endPreApprovalByName, givePreApproval } from './access/decide/pre-approvals.ts'
import { retryNow } from './access/grant/advance-grant.ts'
import { endByName, offerRevoke, revokeByName, revokeOnTarget } from './access/grant/end-by-name.ts'
import { endEverything, endForLeaver, offerEverything } from './access/grant/end-everything.ts'
import { endAsOperator, endGrant } from './access/grant/end-grant.ts'
import { extendAccess, extendable, extendableByName } from './access/grant/extend-access.ts'
import { showCredential } from './access/grant/show-credential.ts'
import { answerOffer } from './access/request/answer-offer.ts'
import { askWhenEmpty } from './access/request/ask-approvers.ts'
import { answerQuestion, askBack } from './access/request/ask-back.ts'
import { breakGlass, offerBreakGlass, offerReview, reviewBreakGlass } from './access/request/break-glass.ts'
import { withdrawByName, withdrawRequest } from './access/request/close-request.ts'
import { explainAccess } from './access/request/explain-access.ts'
import { requestAccess, requestTogether } from './access/request/request-access.ts'
import { readActivity } from './activity/read-activity.ts'
import { reportActivity } from './activity/report-activity.ts'
import { beginQuarantine, endQuarantine } from './log/quarantine.ts'
import { exportAudit, readAudit, recordEvidence, refuseEvidence, showCheckpoint } from './log/read-audit.ts'
import { recordKeyRotation, recordOperatorExport } from './log/record-as-operator.ts'
import { erasePerson } from './people/privacy.ts'
import { readingScope } from './people/reading-scope.ts'
import { answerOf, refusedAsValue } from './refusals.ts'
import { askForLook, lookNow, readStanding } from './standing/look-at-standing.ts'
import {
  acceptAsOperator,
  acceptStanding,
  askAboutStanding,
  offerAccept,
  offerTake,
  takeStanding,
} from './standing/review-standing.ts'
import type { World } from './world.ts'

const VERBS = {
  acceptStanding,
  answerOffer,
  answerQuestion,
  askAboutStanding,
  askBack,
  askWhenEmpty,
  breakGlass,
  decideRequest,
  decideTogether,
  endByName,
  endEverything,
  endForLeaver,
  endGrant,
  endPreApproval,
  endPreApprovalByName,
  explainAccess,
  exportAudit,
  extendAccess,
  extendable,
  extendableByName,
  givePreApproval,
  lookNow,
  offerAccept,
  offerBreakGlass,
  offerEverything,
  offerReview,
  offerRevoke,
  offerTake,
  readActivity,
  readAudit,
  readStanding,
  readingScope,
  recordEvidence,
  refuseEvidence,
  reportActivity,
  requestAccess,
  requestTogether,
  retryNow,
  reviewBreakGlass,
  revokeByName,
  revokeOnTarget,
  showCheckpoint,
  showCredential,
  takeStanding,
  withdrawByName,
  withdrawRequest,
}

/** What operators may do from the terminal. The right to it is the right to the database, so nothing is asked of Slack. */
const OPERATOR_VERBS = {
  acceptAsOperator,
  askForLook,
  beginQuarantine,
  endAsOperator,
  endQuarantine,
  erasePerson,
  recordKeyRotation,
  recordOperatorExport,
}

type Bound<V, To> = {
  readonly [Name in keyof V]: V[Name] extends (to: To, ...rest: infer Rest) => Promise<infer Result>
    ? (...rest: Rest) => Promise<Result | Refused>
    : never
}

/**
 * What people may do, each with the world bound in. A door gets these and never the world. What a verb refuses with an
 * exception is a value here, and is on record.
 */
export type Verbs = Bound<typeof VERBS, World>

export function bindVerbs(world: World): Verbs {
  return bind(VERBS, world, (verb) => answerOf(world, verb))
}

export type OperatorVerbs = Bound<typeof OPERATOR_VERBS, Store>

/** The same for operators. What they are refused is no attempt to record: they could write every row themselves. */
export function bindOperatorVerbs(store: Store): OperatorVerbs {
  return bind(OPERATOR_VERBS, store, refusedAsValue)
}

function bind<V extends object, To>(
  verbs: V,
  to: To,
  answer: (verb: () => unknown) => unknown,
): Bound<V, To> {
  const bound = Object.entries(verbs).map(([name, verb]) => [
    name,
    (...rest: never[]) => answer(() => (verb as (to: To, ...rest: never[]) => unknown)(to, ...rest)),
  ])
  return Object.fromEntries(bound) as Bound<V, To>
}
