/** The dialogs in which one text is written: why it is denied, why it is ended, what is asked and answered. */
import type { types } from '@slack/bolt'
import { grantName } from '../../core/access/grant.ts'
import { clamp } from '../../core/access/reason.ts'
import { type Request, requestName } from '../../core/access/request.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Revocable } from '../../operations/access/grant/end-by-name.ts'
import type { Everything } from '../../operations/access/grant/end-everything.ts'
import { quote, rich, section } from '../blocks/layout.ts'
import type { Block, Message, Names } from '../blocks/message.ts'
import { bold, say } from '../blocks/rich-text.ts'
import type { Door } from '../platform/guard.ts'
import {
  done,
  type Modal,
  noticeView,
  openThen,
  type Produced,
  plain,
  type Said,
} from '../platform/handlers.ts'
import { ACTION, BLOCK, VIEW } from '../platform/ids.ts'
import { writeChosen } from '../platform/payloads.ts'
import { unlessRefused } from '../platform/turned-away.ts'
import { endingAnswer } from '../words/access/answers.ts'
import { everythingAnswer, everythingBlocks, revokeBlocks } from '../words/access/end-for-others.ts'
import { accessOf, forHowLong, listedAccess } from '../words/phrases.ts'

const TO_REQUESTER = 'The requester reads it, and it stays in the audit log.'
const TO_HOLDER = 'The holder reads it, and it stays in the audit log.'
const QUOTED_CHARS = 600

/** `about` is the id that the dialog is sent back with. */
export function noteForm(form: {
  readonly callback: string
  readonly title: string
  readonly submit: string
  readonly about: string
  readonly says: Message['blocks']
  readonly label: string
  readonly hint: string
  readonly typed?: string
}): Modal {
  return {
    type: 'modal',
    callback_id: form.callback,
    private_metadata: form.about,
    title: plain(form.title),
    submit: plain(form.submit),
    close: plain('Cancel'),
    blocks: [
      ...form.says,
      {
        type: 'input',
        block_id: BLOCK.note,
        label: plain(form.label),
        hint: plain(form.hint),
        element: {
          type: 'plain_text_input',
          action_id: ACTION.type_note,
          multiline: true,
          max_length: 1000,
          focus_on_load: true,
          ...(form.typed ? { initial_value: clamp(form.typed, 1000) } : {}),
        },
      },
    ],
  }
}

/** Whether this person may deny it is judged when the form comes back; so with the others below. */
export async function denyForm(door: Door, id: string): Promise<Produced> {
  const request = await door.queries.request(id)
  return (names) =>
    noteForm({
      callback: VIEW.deny,
      title: 'Deny a request',
      submit: 'Deny',
      about: id,
      says: request
        ? [
            section(
              say`${bold(requestName(request.number))}: ${names(request.requester)} asks for ${accessOf(request)}.`,
            ),
          ]
        : [],
      label: 'Reason',
      hint: TO_REQUESTER,
    })
}

export async function denyTogetherForm(door: Door, id: string): Promise<Produced> {
  const open = (await door.queries.bundleOf(id)).filter((one) => one.state === 'pending')
  const [first] = open
  return (names) =>
    noteForm({
      callback: VIEW.deny_together,
      title: 'Deny several',
      submit: 'Deny all',
      about: id,
      says: first
        ? [
            section(say`${names(first.requester)}: ${listedAccess(open)}. The reason given:`),
            rich(quote(first.reason, QUOTED_CHARS)),
          ]
        : [],
      label: 'Reason',
      hint: TO_REQUESTER,
    })
}

export async function questionForm(door: Door, id: string): Promise<Produced> {
  const request = await door.queries.request(id)
  return (names) =>
    noteForm({
      callback: VIEW.ask_back,
      title: 'Ask a question',
      submit: 'Ask',
      about: id,
      says: request
        ? [
            section(
              say`${bold(requestName(request.number))}: ${names(request.requester)} asks for ${accessOf(request)}${forHowLong(request)}.`,
            ),
            rich(quote(request.reason, QUOTED_CHARS)),
          ]
        : [],
      label: 'Question',
      hint: 'It decides nothing. It is posted in the thread of the request, and whom it concerns gets a message.',
    })
}

export async function answerForm(door: Door, id: string): Promise<Produced> {
  const question = await door.queries.question(id)
  return (names) =>
    noteForm({
      callback: VIEW.answer,
      title: 'Answer a question',
      submit: 'Answer',
      about: id,
      says: question
        ? [section(say`${names(question.asker)} wants to know:`), rich(quote(question.text))]
        : [],
      label: 'Answer',
      hint: 'It is posted in the thread of the request, and stays in the audit log.',
    })
}

export async function endForm(door: Door, id: string): Promise<Produced> {
  const row = await door.queries.grant(id)
  return (names) =>
    noteForm({
      callback: VIEW.end_other,
      title: 'End access now',
      submit: 'End now',
      about: id,
      says: row
        ? [
            section(
              say`${bold(grantName(row.grant.number))}: ${names(row.grant.person)} has ${accessOf(row.grant)}.`,
            ),
          ]
        : [],
      label: 'Reason',
      hint: TO_HOLDER,
    })
}

/** Only for people who may review it; it is judged once more when it comes back. */
export async function reviewForm(door: Door, id: string, by: PersonId): Promise<Produced> {
  const request = unlessRefused(await door.verbs.offerReview({ request: id, by }))
  return (names) =>
    noteForm({
      callback: VIEW.review,
      title: 'Review break-glass',
      submit: 'Close the review',
      about: id,
      says: [...used(request, names), REVIEW_OUTCOME],
      label: 'What you found',
      hint: 'The person reads it, and it stays in the audit log.',
    })
}

function used(request: Request, names: Names): Block[] {
  return [
    section(
      say`${bold(requestName(request.number))}: ${names(request.requester)} took ${accessOf(request)} without approval. The reason given:`,
    ),
    rich(quote(request.reason)),
  ]
}

const choice = (value: string, text: string) => ({ text: plain(text), value })

const REVIEW_OUTCOME: types.InputBlock = {
  type: 'input',
  block_id: BLOCK.outcome,
  label: plain('Was it right to break the glass?'),
  element: {
    type: 'radio_buttons',
    action_id: ACTION.pick_outcome,
    options: [choice('justified', 'Justified'), choice('unjustified', 'Not justified')],
  },
}

const EVERYTHING_TITLE = 'End everything'

type OpenEverything = {
  readonly by: PersonId
  readonly person: PersonId
  readonly reason: string
  readonly trigger: string
}

/** Lists all that would go by name. Who may do it is judged here and again at the end. */
export function openEndEverything(
  door: Door,
  { by, person, reason, trigger }: OpenEverything,
): Promise<undefined> {
  return openThen(door, { trigger, title: EVERYTHING_TITLE }, async () => {
    const all = unlessRefused(await door.verbs.offerEverything({ by, person }))
    const { grants, requests, preApprovals } = all
    return grants.length + requests.length + preApprovals.length === 0
      ? (names) => noticeView(EVERYTHING_TITLE, everythingAnswer(all, names))
      : (names) => everythingForm(all, reason, names)
  })
}

export function everythingForm(all: Everything, typed: string, names: Names): Modal {
  return noteForm({
    callback: VIEW.end_everything,
    title: EVERYTHING_TITLE,
    submit: 'End everything',
    about: all.person,
    says: everythingBlocks(all, names),
    label: 'Reason',
    hint: TO_HOLDER,
    typed,
  })
}

type OpenRevoke = {
  readonly by: PersonId
  readonly person: PersonId
  readonly target: string
  readonly rest: string
  readonly trigger: string
}

/** Lists all that would go by name. Who may do it is judged here and again at the end. */
export async function openRevoke(door: Door, { trigger, ...meant }: OpenRevoke): Promise<Said> {
  // Where Slack lets no dialog be opened, the words have to do: revoking must not depend on one.
  if (trigger === '')
    return done(door.verbs.revokeByName(meant), ({ grant }, names) => endingAnswer(grant, meant.by, names))
  return openThen(door, { trigger, title: 'Revoke access' }, async () => {
    const offered = unlessRefused(await door.verbs.offerRevoke(meant))
    return (names) => revokeForm(offered, names)
  })
}

export function revokeForm(offered: Revocable, names: Names): Modal {
  const { person, target, role, note } = offered
  return noteForm({
    callback: VIEW.revoke,
    title: 'Revoke access',
    submit: 'End it',
    about: writeChosen({ receiver: person, target, ...(role === undefined ? {} : { role }) }),
    says: revokeBlocks(offered, names),
    label: 'Reason',
    hint: TO_HOLDER,
    typed: note,
  })
}
