import type { Refused } from '../core/refusal.ts'
import { decideRequest, decideTogether } from './access/decide/decide-request.ts'
import { endPreApproval, endPreApprovalByName, givePreApproval } from './access/decide/pre-approvals.ts'
import { retryNow } from './access/grant/advance-grant.ts'
import { endByName, offerRevoke, revokeByName, revokeOnTarget } from './access/grant/end-by-name.ts'
import { endEverything, endForLeaver, offerEverything } from './access/grant/end-everything.ts'
import { endGrant } from './access/grant/end-grant.ts'
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
import { exportAudit, readAudit, recordEvidence, refuseEvidence, showCheckpoint } from './log/read-audit.ts'
import { readingScope } from './people/reading-scope.ts'
import { answerOf } from './refusals.ts'
import { lookNow, readStanding } from './standing/look-at-standing.ts'
import {
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
  lookAgain: retryNow,
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
  reviewBreakGlass,
  revokeByName,
  revokeOnTarget,
  showCheckpoint,
  showCredential,
  takeStanding,
  withdrawByName,
  withdrawRequest,
}

type Bound<V> = {
  readonly [Name in keyof V]: V[Name] extends (world: World, ...rest: infer Rest) => Promise<infer Result>
    ? (...rest: Rest) => Promise<Result | Refused>
    : never
}

/**
 * What people may do, each with the world bound in. A door gets these and never the world. What a verb refuses with an
 * exception is a value here, and is on record.
 */
export type Verbs = Bound<typeof VERBS>

export function bindVerbs(world: World): Verbs {
  const bound = Object.entries(VERBS).map(([name, verb]) => [
    name,
    (...rest: never[]) =>
      answerOf(world, () => (verb as (world: World, ...rest: never[]) => unknown)(world, ...rest)),
  ])
  return Object.fromEntries(bound) as Verbs
}
