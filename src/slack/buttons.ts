/** Every button: what its value is, which verb it calls, and how the answer is drawn. */
import { isRefused } from '../core/refusal.ts'
import { pressAuditCsv, pressAuditForm, pressAuditPage, pressPicture } from './commands/answer-log.ts'
import { pressActivityPage, pressListPage } from './commands/run-command.ts'
import { credentialView, drawChangesForm, drawExtendForm, EXTEND_TITLE } from './forms/access-forms.ts'
import { drawAskAgain, openAskForm, redrawAskForm } from './forms/ask.ts'
import { ASK_TITLE } from './forms/ask-form.ts'
import { openAllowForm } from './forms/command-forms.ts'
import {
  answerForm,
  denyForm,
  denyTogetherForm,
  endForm,
  openEndEverything,
  questionForm,
  reviewForm,
} from './forms/note-forms.ts'
import { acceptForm, takeForm, whatOf } from './forms/standing-forms.ts'
import { readPages, showHome } from './home.ts'
import { dialog, done, openThen, type Press, press, pressId } from './platform/handlers.ts'
import { ACTION, INPUT } from './platform/ids.ts'
import { readPersonId } from './platform/payloads.ts'
import { turnedAway, unlessRefused } from './platform/turned-away.ts'
import {
  decidedAnswer,
  decidedTogetherAnswer,
  endingAnswer,
  lookingAnswer,
  offerAnswer,
  withdrawnAnswer,
} from './words/access/answers.ts'
import { endedAllowAnswer } from './words/access/pre-approval.ts'
import { askedAboutAnswer, lookedAnswer } from './words/standing/standing.ts'

/** Acknowledged and no more: Slack sends a click for every link, and for inputs that are read with their form. */
const nothing: Press = async () => undefined

/** The receiver of what somebody else asked for accepts or declines; the message with the buttons becomes the answer. */
const answerOffer = (answer: 'accept' | 'decline') =>
  pressId(async (door, { by, id, view }) =>
    done(door.verbs.answerOffer({ request: id, by, answer }), ({ answered }, names) => ({
      ...offerAnswer(answered, answer, names),
      ...(view ? {} : { replace: true }),
    })),
  )

/** The holder is done. Somebody else who presses it is refused for want of a reason, and learns where to give one. */
const giveBack = pressId(async (door, { by, id }) => {
  const ended = await door.verbs.endGrant({ grant: id, by, note: '' })
  if (isRefused(ended) && ended.refused.case === 'end-reason-missing') throw turnedAway(NOT_HOLDER)
  const { grant } = unlessRefused(ended)
  return (names) => endingAnswer(grant, by, names)
})

const NOT_HOLDER =
  'This button is for the person who has the access. Approvers and security end it with End now on the card, or with /elevate end.'

/** One holding, or all of a report: which of the two the id is, is kept in front of it. */
const accept = (kind: 'access' | 'report') =>
  dialog('Accept access', async (door, { by, id }) => {
    const { open } = unlessRefused(await door.verbs.offerAccept({ what: whatOf(kind, id), by }))
    return (names) => acceptForm(open, `${kind}:${id}`, names)
  })

const ROWS: Readonly<Record<string, Press>> = {
  // A request
  [ACTION.approve]: pressId((door, { by, id }) =>
    done(door.verbs.decideRequest({ request: id, by, verdict: 'approve', note: '' }), decidedAnswer),
  ),
  [ACTION.approve_together]: pressId((door, { by, id }) =>
    done(door.verbs.decideTogether({ request: id, by, verdict: 'approve', note: '' }), (decided, names) =>
      decidedTogetherAnswer(decided, 'approve', names),
    ),
  ),
  [ACTION.approve_less]: dialog('Approve with changes', (door, { id }) => drawChangesForm(door, id)),
  [ACTION.deny]: dialog('Deny a request', (door, { id }) => denyForm(door, id)),
  [ACTION.deny_together]: dialog('Deny several', (door, { id }) => denyTogetherForm(door, id)),
  [ACTION.ask_back]: dialog('Ask a question', (door, { id }) => questionForm(door, id)),
  [ACTION.answer]: dialog('Answer a question', (door, { id }) => answerForm(door, id)),
  [ACTION.withdraw]: pressId((door, { by, id }) =>
    done(door.verbs.withdrawRequest({ request: id, by }), ({ request }) => withdrawnAnswer(request)),
  ),
  [ACTION.accept]: answerOffer('accept'),
  [ACTION.decline]: answerOffer('decline'),
  [ACTION.review]: dialog('Review break-glass', (door, { by, id }) => reviewForm(door, id, by)),

  // A grant
  [ACTION.give_back]: giveBack,
  [ACTION.end_other]: dialog('End access now', (door, { id }) => endForm(door, id)),
  [ACTION.extend]: dialog(EXTEND_TITLE, (door, { by, id }) => drawExtendForm(door, by, id), {
    inPlace: true,
  }),
  [ACTION.look_again]: pressId((door, { by, id }) =>
    done(door.verbs.retryNow({ grant: id, by }), ({ grant }, names) => lookingAnswer(grant, names)),
  ),
  // The dialog stands before the target is asked: a secret is made only when there is somewhere to show it.
  [ACTION.show_credential]: dialog('Password', async (door, { by, id }) => {
    const shown = unlessRefused(await door.verbs.showCredential({ grant: id, by }))
    return credentialView(shown.grant, shown.credential)
  }),
  [ACTION.end_everything]: press(readPersonId, (door, { by, id, trigger }) =>
    openEndEverything(door, { by, person: id, reason: '', trigger }),
  ),

  // Pre-approval
  [ACTION.allow]: (door, { visitor, trigger }) =>
    openAllowForm(door, { person: visitor.person, trigger, words: {} }),
  [ACTION.end_allow]: pressId((door, { by, id }) =>
    done(door.verbs.endPreApproval({ by, id }), endedAllowAnswer),
  ),

  // Standing access: the report is redrawn by what is done; the answer is for the person who pressed
  [ACTION.standing_accept]: accept('access'),
  [ACTION.standing_accept_all]: accept('report'),
  [ACTION.standing_take]: dialog('Take access away', async (door, { by, id }) => {
    return takeForm(unlessRefused(await door.verbs.offerTake({ access: id, by })).standing)
  }),
  [ACTION.standing_ask]: pressId((door, { by, id }) =>
    done(door.verbs.askAboutStanding({ access: id, by }), ({ standing }) => askedAboutAnswer(standing)),
  ),
  [ACTION.standing_look]: pressId((door, { by, id }) =>
    done(door.verbs.lookNow({ report: id, by }), ({ target, looked }) => lookedAnswer(target, looked)),
  ),

  // The form to ask with. A button may name what it is for; the form offers only what this person may ask for.
  [ACTION.open_form]: (door, { visitor, trigger, value }) => {
    const [target = '', role = ''] = value.split(' ')
    return openAskForm(door, { person: visitor.person, trigger, filled: { target, roles: [role] } })
  },
  [ACTION.ask_again]: (door, { visitor, trigger, value }) =>
    openThen(door, { trigger, title: ASK_TITLE }, () => drawAskAgain(door, visitor.person, value)),
  [ACTION.pick_target]: redrawAskForm,
  [ACTION.pick_role]: redrawAskForm,
  [ACTION.pick_receiver]: redrawAskForm,
  [ACTION.pick_duration]: redrawAskForm,
  [ACTION.type_duration]: redrawAskForm,

  // What is read: pages, the log as a form and as a file, a picture
  [ACTION.home_page]: (door, { visitor, value }) => showHome(door, visitor.person, readPages(value)),
  [ACTION.list_page]: pressListPage,
  [ACTION.activity_page]: pressActivityPage,
  [ACTION.audit_page]: pressAuditPage,
  [ACTION.audit_form]: pressAuditForm,
  [ACTION.audit_csv]: pressAuditCsv,
  [ACTION.picture]: pressPicture,

  ...Object.fromEntries(Object.values(INPUT).map((id) => [id, nothing])),
  [ACTION.link]: nothing,
}

/** A map, because an action id comes from outside: an object would answer to `constructor` too. */
export const PRESSES: ReadonlyMap<string, Press> = new Map(Object.entries(ROWS))
