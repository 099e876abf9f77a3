/** What leads where. This is the only file that gives handlers to Bolt; everything else is a function. */
import type { App, ViewSubmitAction } from '@slack/bolt'
import { refuse } from '../../core/refusal.ts'
import { pressAnswerOffer } from '../buttons/answer-offer.ts'
import { pressApprove } from '../buttons/approve-request.ts'
import { pressApproveWithChanges } from '../buttons/approve-with-changes.ts'
import { pressAnswer, pressAskBack } from '../buttons/ask-back.ts'
import { pressApproveTogether, pressDenyTogether, submitDenyTogether } from '../buttons/decide-together.ts'
import { pressDeny } from '../buttons/deny-request.ts'
import { pressEndEverything, submitEndEverything } from '../buttons/end-everything.ts'
import { pressEndOther } from '../buttons/end-other.ts'
import { pressExtend } from '../buttons/extend-access.ts'
import { pressGiveBack } from '../buttons/give-back.ts'
import { pressLookAgain } from '../buttons/look-again.ts'
import { pressAskAgain, pressOpenForm } from '../buttons/open-form.ts'
import { pressPick, suggest } from '../buttons/pick-entitlement.ts'
import { pressAllow, pressEndAllow } from '../buttons/pre-approval.ts'
import { pressReview } from '../buttons/review-break-glass.ts'
import { submitRevoke } from '../buttons/revoke-on-target.ts'
import {
  pressAccept,
  pressAcceptAll,
  pressAsk,
  pressLook,
  pressTake,
  submitAccept,
  submitTake,
} from '../buttons/settle-standing.ts'
import { pressShowCredential } from '../buttons/show-credential.ts'
import { openHome, pressHomePage } from '../buttons/show-home.ts'
import { pressWithdraw } from '../buttons/withdraw-request.ts'
import { pressActivityPage } from '../commands/answer-activity.ts'
import { pressAuditCsv, pressAuditForm, pressAuditPage } from '../commands/answer-audit.ts'
import { pressListPage } from '../commands/answer-question.ts'
import { pressPicture } from '../commands/answer-who.ts'
import { runCommand } from '../commands/run-command.ts'
import type { Option } from '../forms/entitlement-options.ts'
import { openAskForm } from '../forms/open-ask-form.ts'
import { submitAllow } from '../forms/submit-allow.ts'
import { submitAsk } from '../forms/submit-ask.ts'
import { submitAudit, suggestAccess } from '../forms/submit-audit.ts'
import { submitBreakGlass, submitReview } from '../forms/submit-break-glass.ts'
import { submitChanges } from '../forms/submit-changes.ts'
import { submitExtend } from '../forms/submit-extend.ts'
import { submitAnswer, submitDeny, submitEnd, submitQuestion } from '../forms/submit-note.ts'
import { tellRefusal, tellVia, unknownCommandAnswer, unknownPressAnswer } from './answers.ts'
import { type Answer, type Door, quietly, refuseVisitor, serve } from './guard.ts'
import { ACTION, COMMAND, EVENT, SHORTCUT, VIEW } from './ids.ts'
import {
  type Click,
  clickBody,
  commandBody,
  groupMembersChangedBody,
  groupUpdatedBody,
  homeBody,
  personChangedBody,
  type Suggestion,
  shortcutBody,
  submissionBody,
  suggestionBody,
  type Typed,
  type Visitor,
} from './payloads.ts'
import { type Submit, serveSubmission } from './submissions.ts'

type Press = (door: Door, click: Click) => Promise<Answer | undefined>
type Suggest = (door: Door, asked: Suggestion) => Promise<Option[]>

/** Acknowledged and no more: Slack sends a click for every link, and for inputs that are read with their form. */
const nothing: Press = async () => undefined

export const COMMANDS: ReadonlyMap<string, (door: Door, typed: Typed) => Promise<Answer | undefined>> =
  new Map([[COMMAND, runCommand]])

export const PRESSES: ReadonlyMap<string, Press> = new Map<string, Press>([
  [ACTION.approve, pressApprove],
  [ACTION.approve_less, pressApproveWithChanges],
  [ACTION.ask_back, pressAskBack],
  [ACTION.answer, pressAnswer],
  [ACTION.deny, pressDeny],
  [ACTION.approve_together, pressApproveTogether],
  [ACTION.deny_together, pressDenyTogether],
  [ACTION.withdraw, pressWithdraw],
  [ACTION.accept, pressAnswerOffer],
  [ACTION.decline, pressAnswerOffer],
  [ACTION.give_back, pressGiveBack],
  [ACTION.end_other, pressEndOther],
  [ACTION.extend, pressExtend],
  [ACTION.show_credential, pressShowCredential],
  [ACTION.look_again, pressLookAgain],
  [ACTION.review, pressReview],
  [ACTION.allow, pressAllow],
  [ACTION.end_allow, pressEndAllow],
  [ACTION.standing_accept, pressAccept],
  [ACTION.standing_accept_all, pressAcceptAll],
  [ACTION.standing_take, pressTake],
  [ACTION.standing_ask, pressAsk],
  [ACTION.standing_look, pressLook],
  [ACTION.open_form, pressOpenForm],
  [ACTION.ask_again, pressAskAgain],
  [ACTION.pick_target, pressPick],
  [ACTION.pick_role, pressPick],
  [ACTION.pick_receiver, pressPick],
  [ACTION.pick_start, nothing],
  [ACTION.pick_duration, pressPick],
  [ACTION.type_duration, pressPick],
  [ACTION.type_reason, nothing],
  [ACTION.type_ticket, nothing],
  [ACTION.type_note, nothing],
  [ACTION.type_span, nothing],
  [ACTION.pick_person, nothing],
  [ACTION.pick_outcome, nothing],
  [ACTION.pick_until, nothing],
  [ACTION.home_page, pressHomePage],
  [ACTION.list_page, pressListPage],
  [ACTION.audit_page, pressAuditPage],
  [ACTION.activity_page, pressActivityPage],
  [ACTION.audit_form, pressAuditForm],
  [ACTION.audit_csv, pressAuditCsv],
  [ACTION.pick_access, nothing],
  [ACTION.pick_types, nothing],
  [ACTION.pick_from, nothing],
  [ACTION.pick_to, nothing],
  [ACTION.end_everything, pressEndEverything],
  [ACTION.picture, pressPicture],
  [ACTION.link, nothing],
])

export const SUGGESTIONS: ReadonlyMap<string, Suggest> = new Map<string, Suggest>([
  [ACTION.pick_target, suggest],
  [ACTION.pick_role, suggest],
  [ACTION.pick_access, suggestAccess],
])

/** The dialog with a credential has nothing to send back. */
export const SUBMITS: ReadonlyMap<string, Submit> = new Map<string, Submit>([
  [VIEW.ask, submitAsk],
  [VIEW.approve_less, submitChanges],
  [VIEW.ask_back, submitQuestion],
  [VIEW.answer, submitAnswer],
  [VIEW.deny, submitDeny],
  [VIEW.deny_together, submitDenyTogether],
  [VIEW.end_other, submitEnd],
  [VIEW.break_glass, submitBreakGlass],
  [VIEW.review, submitReview],
  [VIEW.accept_standing, submitAccept],
  [VIEW.take_standing, submitTake],
  [VIEW.extend, submitExtend],
  [VIEW.allow, submitAllow],
  [VIEW.audit, submitAudit],
  [VIEW.end_everything, submitEndEverything],
  [VIEW.revoke, submitRevoke],
])

export const SHORTCUTS: ReadonlyMap<string, typeof openAskForm> = new Map([[SHORTCUT.ask, openAskForm]])

/** Every kind of visit has one entrance, and ids that nobody knows are answered there too. */
export function registerRoutes(app: App, door: Door): void {
  app.command(/.*/, async ({ ack, body, respond }) => {
    await ack()
    const typed = commandBody.parse(body)
    const run = COMMANDS.get(typed.command) ?? (async () => unknownCommandAnswer())
    await receive(door, 'command', typed.visitor, { respond, trigger: undefined }, () => run(door, typed))
  })

  app.action(/.*/, async ({ ack, body, respond }) => {
    await ack()
    const click = clickBody.parse(body)
    const press = PRESSES.get(click.action) ?? (async () => unknownPressAnswer())
    const ways = { respond: 'response_url' in body ? respond : undefined, trigger: click.trigger }
    await receive(door, `press ${click.action}`, click.visitor, ways, () => press(door, click))
  })

  app.shortcut(/.*/, async ({ ack, body }) => {
    await ack()
    const { visitor, trigger, shortcut } = shortcutBody.parse(body)
    const open = SHORTCUTS.get(shortcut)
    await receive(door, 'shortcut', visitor, { respond: undefined, trigger }, async () =>
      open ? open(door, { person: visitor.person, trigger }) : unknownPressAnswer(),
    )
  })

  app.view<ViewSubmitAction>({ callback_id: /.*/, type: 'view_submission' }, async ({ ack, body }) => {
    const submission = submissionBody.parse(body)
    const stranger = refuseVisitor(door, submission.visitor)
    const submit = SUBMITS.get(submission.view.callback) ?? (async () => refuse('usage', OLD_VIEW))
    await serveSubmission(door, submission, ack, stranger ? async () => stranger : submit)
  })

  app.options(/.*/, async ({ ack, body }) => {
    const asked = suggestionBody.parse(body)
    const read = SUGGESTIONS.get(asked.action)
    const options = read && !refuseVisitor(door, asked.visitor) ? await read(door, asked) : []
    await ack({ options })
  })

  app.event(EVENT.home_opened, async ({ body }) => {
    const { visitor, tab } = homeBody.parse(body)
    if (tab !== 'home' || refuseVisitor(door, visitor)) return
    await serve(
      door,
      'home',
      visitor,
      async () => {},
      () => openHome(door, visitor.person),
    )
  })
  registerNews(app, door)
}

/** Only what is drawn uses the memory; whatever is decided asks Slack anew, with or without this news. */
function registerNews(app: App, door: Door): void {
  app.event(EVENT.person_changed, async ({ body }) => {
    const { id, deleted } = personChangedBody.parse(body).event.user
    door.memory?.forgetPerson(id)
    if (deleted) await quietly(door, 'person left', () => door.verbs.endForLeaver(id))
  })
  app.event(EVENT.group_members_changed, async ({ body }) => {
    const group = groupMembersChangedBody.parse(body).event.subteam_id
    door.memory?.forgetGroup(group)
    await quietly(door, 'group changed', () => door.verbs.askWhenEmpty(group))
  })
  // Of a group that was disabled Slack tells nothing else. A change of its members is told above as well.
  app.event(EVENT.group_updated, async ({ body }) => {
    const { id, date_delete: disabled } = groupUpdatedBody.parse(body).event.subteam
    door.memory?.forgetGroup(id)
    if (disabled > 0) await quietly(door, 'group disabled', () => door.verbs.askWhenEmpty(id))
  })
}

const OLD_VIEW = 'This form is from another version of elevate; nothing was changed. Please open it anew.'

async function receive(
  door: Door,
  what: string,
  visitor: Visitor,
  ways: Parameters<typeof tellVia>[2],
  work: () => Promise<Answer | undefined>,
): Promise<void> {
  const stranger = refuseVisitor(door, visitor)
  await serve(door, what, visitor, tellVia(door, visitor.person, ways), () =>
    stranger ? tellRefusal(door, stranger) : work(),
  )
}
