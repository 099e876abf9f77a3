/** Every form that comes back: what it was opened for, which verb it calls, and how the answer is drawn. */
import { DURATION_HELP, parseDuration } from '../core/access/duration.ts'
import { cleanText } from '../core/access/reason.ts'
import { type AuditAsk, auditEventTypes } from '../core/log/audit-event.ts'
import { drawAudit } from './commands/answer-log.ts'
import { filledIn } from './forms/ask.ts'
import { whatOf } from './forms/standing-forms.ts'
import { done, notOurs, type Submit, submit, submitId } from './platform/handlers.ts'
import { ACTION, VIEW } from './platform/ids.ts'
import { type Chosen, readChosen, readId, readPersonId } from './platform/payloads.ts'
import { turnedAway } from './platform/turned-away.ts'
import {
  answeredAnswer,
  askedTogetherAnswer,
  brokenGlassAnswer,
  decidedAnswer,
  decidedTogetherAnswer,
  endingAnswer,
  extendingAnswer,
  questionAskedAnswer,
  reviewedAnswer,
} from './words/access/answers.ts'
import { everythingAnswer, revokingAnswer } from './words/access/end-for-others.ts'
import { givenAnswer } from './words/access/pre-approval.ts'
import { acceptedAnswer, takenAnswer } from './words/standing/standing.ts'

/** What a picker for a moment holds: whole seconds since 1970; undefined when it was left empty. */
function momentOf(seconds: string | undefined): Date | undefined {
  const read = Number(seconds || Number.NaN)
  return Number.isSafeInteger(read) ? new Date(read * 1000) : undefined
}

const anything = (metadata: string): Chosen => readChosen(metadata)

const ask = submit(anything, async (door, { by, field, view }) => {
  const { target = '', roles = [], duration, receiver, start } = filledIn(view)
  const [role] = roles
  if (role === undefined) throw turnedAway('Please choose a target and a role.', 'role')
  const asking = {
    by,
    target,
    role,
    duration,
    reason: field(ACTION.type_reason),
    ticket: field(ACTION.type_ticket) || undefined,
    receiver,
    startsAt: momentOf(start),
  }
  return done(door.verbs.requestTogether(asking, roles), askedTogetherAnswer)
})

const approveWithChanges = submitId(async (door, { by, id, field }) => {
  const typed = field(ACTION.type_duration) || field(ACTION.pick_duration)
  const duration = parseDuration(typed)
  if (typed !== '' && duration === undefined)
    throw turnedAway(`“${cleanText(typed)}” is not a duration: ${DURATION_HELP}.`, 'duration')
  const limit = { duration, startsAt: momentOf(field(ACTION.pick_start)) }
  const note = field(ACTION.type_note)
  return done(door.verbs.decideRequest({ request: id, by, verdict: 'approve', note, limit }), decidedAnswer)
})

const review = submitId(async (door, { by, id, field }) => {
  const outcome = field(ACTION.pick_outcome)
  if (outcome !== 'justified' && outcome !== 'unjustified')
    throw turnedAway('Please say whether it was justified.')
  const note = field(ACTION.type_note)
  return done(door.verbs.reviewBreakGlass({ request: id, by, outcome, note }), ({ request }, names) =>
    reviewedAnswer(request, outcome, names),
  )
})

const givePreApproval = submit(anything, async (door, { by, field }) => {
  const [target = '', role = ''] = field(ACTION.pick_target).split(' ')
  const person = field(ACTION.pick_person)
  if (!person) throw turnedAway('Please choose a person.', 'person')
  const giving = {
    by,
    person,
    target,
    role,
    span: field(ACTION.type_span),
    each: field(ACTION.type_duration) || undefined,
    reason: field(ACTION.type_reason),
  }
  return done(door.verbs.givePreApproval(giving), givenAnswer)
})

const readAudit = submit(anything, async (door, { by, field, view }) => {
  const person = field(ACTION.pick_person)
  const { target, role } = readChosen(field(ACTION.pick_access))
  const picked = view.fields.get(ACTION.pick_types)?.values ?? []
  const types = auditEventTypes.filter((type) => picked.includes(type))
  if (types.length < picked.length) throw notOurs()
  const from = momentOf(field(ACTION.pick_from))
  const to = momentOf(field(ACTION.pick_to))
  if (from && to && from >= to) throw turnedAway('The end has to be after the beginning.', 'date')
  const wanted: AuditAsk = {
    ...(person ? { person } : {}),
    ...(target ? { target } : {}),
    ...(role ? { role } : {}),
    ...(types.length > 0 ? { types } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  }
  return done(door.verbs.readAudit(by, wanted), drawAudit)
})

/** One holding or a whole report: which of the two it was opened for stands in front of the id. */
function readAccepted(metadata: string): { access: string } | { report: string } | undefined {
  const [kind = '', value = ''] = metadata.split(':')
  const id = readId(value)
  return id === undefined ? undefined : whatOf(kind, id)
}

/** What the form to revoke was opened for; undefined when it is not whole. */
function readRevoke(metadata: string) {
  const { receiver: person, target, role } = readChosen(metadata)
  return person && target ? { person, target, role } : undefined
}

const ROWS: Readonly<Record<string, Submit>> = {
  [VIEW.ask]: ask,
  [VIEW.approve_less]: approveWithChanges,
  [VIEW.deny]: submitId((door, { by, id, field }) =>
    done(
      door.verbs.decideRequest({ request: id, by, verdict: 'deny', note: field(ACTION.type_note) }),
      decidedAnswer,
    ),
  ),
  [VIEW.deny_together]: submitId((door, { by, id, field }) =>
    done(
      door.verbs.decideTogether({ request: id, by, verdict: 'deny', note: field(ACTION.type_note) }),
      (decided, names) => decidedTogetherAnswer(decided, 'deny', names),
    ),
  ),
  [VIEW.ask_back]: submitId((door, { by, id, field }) =>
    done(door.verbs.askBack({ request: id, by, text: field(ACTION.type_note) }), ({ request }) =>
      questionAskedAnswer(request),
    ),
  ),
  [VIEW.answer]: submitId((door, { by, id, field }) =>
    done(door.verbs.answerQuestion({ question: id, by, text: field(ACTION.type_note) }), ({ request }) =>
      answeredAnswer(request),
    ),
  ),
  [VIEW.end_other]: submitId((door, { by, id, field }) =>
    done(door.verbs.endGrant({ grant: id, by, note: field(ACTION.type_note) }), ({ grant }, names) =>
      endingAnswer(grant, by, names),
    ),
  ),
  [VIEW.end_everything]: submit(readPersonId, (door, { by, id, field }) =>
    done(door.verbs.endEverything({ by, person: id, note: field(ACTION.type_note) }), everythingAnswer),
  ),
  [VIEW.revoke]: submit(readRevoke, (door, { by, id, field }) =>
    done(door.verbs.revokeOnTarget({ by, ...id, note: field(ACTION.type_note) }), (revoked, names) =>
      revokingAnswer(revoked, by, names),
    ),
  ),
  [VIEW.break_glass]: submit(anything, (door, { by, id: { target = '', role = '' }, field }) =>
    done(
      door.verbs.breakGlass({
        by,
        target,
        role,
        duration: field(ACTION.type_duration) || undefined,
        reason: field(ACTION.type_reason),
      }),
      ({ request }) => brokenGlassAnswer(request),
    ),
  ),
  [VIEW.review]: review,
  [VIEW.extend]: submitId((door, { by, id, field, view }) =>
    done(
      door.verbs.extendAccess({
        by,
        grant: id,
        duration: field(ACTION.type_duration) || field(ACTION.pick_duration) || undefined,
        reason: field(ACTION.type_reason),
        // No field is not an empty one: without it the ticket of the grant before goes on.
        ticket: view.fields.get(ACTION.type_ticket)?.value.trim(),
      }),
      ({ request, extendedGrant, allowed }) => extendingAnswer(request, extendedGrant, allowed),
    ),
  ),
  [VIEW.allow]: givePreApproval,
  [VIEW.audit]: readAudit,
  [VIEW.accept_standing]: submit(readAccepted, (door, { by, id, field }) =>
    done(
      door.verbs.acceptStanding({
        what: id,
        by,
        why: field(ACTION.type_note),
        until: field(ACTION.pick_until),
      }),
      ({ accepted }) => acceptedAnswer(accepted),
    ),
  ),
  [VIEW.take_standing]: submitId((door, { by, id }) =>
    done(door.verbs.takeStanding({ access: id, by }), ({ standing, sessionsEnded }) =>
      takenAnswer(standing, sessionsEnded),
    ),
  ),
}

/** A map, because a callback id comes from outside. The dialog with a credential has nothing to send back. */
export const SUBMITS: ReadonlyMap<string, Submit> = new Map(Object.entries(ROWS))
