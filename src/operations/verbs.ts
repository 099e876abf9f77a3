import type { Refused } from '../core/refusal.ts'
import { decideRequest } from './access/decide/decide-request.ts'
import { decideTogether } from './access/decide/decide-together.ts'
import { endPreApproval, endPreApprovalByName } from './access/decide/end-pre-approval.ts'
import { givePreApproval } from './access/decide/give-pre-approval.ts'
import { offerReview, reviewBreakGlass } from './access/decide/review-break-glass.ts'
import { lookAgain } from './access/grant/advance-grant.ts'
import { endByName, revokeByName } from './access/grant/end-by-name.ts'
import { endEverything, offerEverything } from './access/grant/end-everything.ts'
import { endForLeaver } from './access/grant/end-for-leaver.ts'
import { endGrant } from './access/grant/end-grant.ts'
import { extendAccess, extendable, extendableByName } from './access/grant/extend-access.ts'
import { offerRevoke, revokeOnTarget } from './access/grant/revoke-on-target.ts'
import { showCredential } from './access/grant/show-credential.ts'
import { answerOffer } from './access/request/answer-offer.ts'
import { answerQuestion, askBack } from './access/request/ask-back.ts'
import { askWhenEmpty } from './access/request/ask-when-empty.ts'
import { breakGlass, offerBreakGlass } from './access/request/break-glass.ts'
import { explainAccess } from './access/request/explain-access.ts'
import { requestAccess, requestTogether } from './access/request/request-access.ts'
import { withdrawByName } from './access/request/withdraw-by-name.ts'
import { withdrawRequest } from './access/request/withdraw-request.ts'
import { readActivity } from './activity/read-activity.ts'
import { reportActivity } from './activity/report-activity.ts'
import { exportAudit, recordEvidence, refuseEvidence } from './log/export-audit.ts'
import { readAudit } from './log/read-audit.ts'
import { showCheckpoint } from './log/show-checkpoint.ts'
import { readingScope } from './people/reading-scope.ts'
import { answerOf } from './refusals.ts'
import { acceptStanding, offerAccept } from './standing/accept-standing.ts'
import { askAboutStanding } from './standing/ask-about-standing.ts'
import { lookNow } from './standing/look-at-standing.ts'
import { readStanding } from './standing/read-standing.ts'
import { offerTake, takeStanding } from './standing/take-standing.ts'
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
  lookAgain,
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
