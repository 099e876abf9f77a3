/** What leads where. This is the only file that gives handlers to Bolt; everything else is a function. */

import type { AckFn, App, RespondFn, ViewResponseAction, ViewSubmitAction } from '@slack/bolt'
import type { PersonId } from '../../core/people/person.ts'
import { sentence } from '../blocks/layout.ts'
import { say } from '../blocks/rich-text.ts'
import { PRESSES } from '../buttons.ts'
import { runCommand } from '../commands/run-command.ts'
import { openAskForm, SUGGESTIONS } from '../forms/ask.ts'
import { openHome } from '../home.ts'
import { SUBMITS } from '../submits.ts'
import {
  type Answer,
  type Door,
  explain,
  isOurs,
  quietly,
  serve,
  stillLookingAnswer,
  within,
} from './guard.ts'
import { answerOf, drawn, type Modal, noticeView, type Said, tellNo, wordsOfNo } from './handlers.ts'
import { ACTION, COMMAND, EVENT, SHORTCUT } from './ids.ts'
import {
  clickBody,
  commandBody,
  groupMembersChangedBody,
  groupUpdatedBody,
  homeBody,
  personChangedBody,
  type Submission,
  shortcutBody,
  submissionBody,
  suggestionBody,
  type Typed,
  type Visitor,
} from './payloads.ts'
import { TurnedAway, turnedAway } from './turned-away.ts'

export const COMMANDS: ReadonlyMap<string, (door: Door, typed: Typed) => Promise<Said>> = new Map([
  [COMMAND, runCommand],
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
    await serveSubmission(door, submission, ack, async () => {
      turnAwayStranger(door, submission.visitor)
      const submit = SUBMITS.get(submission.view.callback)
      if (!submit) throw turnedAway(OLD_VIEW)
      return submit(door, submission)
    })
  })

  app.options(/.*/, async ({ ack, body }) => {
    const asked = suggestionBody.parse(body)
    const read = SUGGESTIONS.get(asked.action)
    const options = read && isOurs(door, asked.visitor) ? await read(door, asked) : []
    await ack({ options })
  })

  app.event(EVENT.home_opened, async ({ body }) => {
    const { visitor, tab } = homeBody.parse(body)
    if (tab !== 'home' || !isOurs(door, visitor)) return
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

/** Only drawing uses the memory; a decision always asks Slack again, with or without this news. */
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
  // Of a group that was disabled Slack sends nothing else. A change of its members comes above as well.
  app.event(EVENT.group_updated, async ({ body }) => {
    const { id, date_delete: disabled } = groupUpdatedBody.parse(body).event.subteam
    door.memory?.forgetGroup(id)
    if (disabled > 0) await quietly(door, 'group disabled', () => door.verbs.askWhenEmpty(id))
  })
}

const OLD_VIEW = 'This form is from another version of elevate; nothing was changed. Please open it again.'

/** To this person only: where they pressed, else in a dialog, else in their direct messages. */
function answerVia(
  door: Door,
  person: PersonId,
  ways: { readonly respond: RespondFn | undefined; readonly trigger: string | undefined },
): (answer: Answer) => Promise<void> {
  return async ({ text, blocks, replace = false }) => {
    try {
      if (ways.respond) {
        await ways.respond({ response_type: 'ephemeral', replace_original: replace, text, blocks })
        return
      }
      if (ways.trigger) {
        await door.client.views.open({
          trigger_id: ways.trigger,
          view: noticeView('elevate', { text, blocks }),
        })
        return
      }
    } catch (error) {
      door.log.debug({ error: String(error) }, 'the nearest way to answer was closed')
    }
    await door.client.chat.postMessage({ channel: person, text, blocks })
  }
}

async function receive(
  door: Door,
  what: string,
  visitor: Visitor,
  ways: Parameters<typeof answerVia>[2],
  work: () => Promise<Said>,
): Promise<void> {
  await serve(door, what, visitor, answerVia(door, visitor.person, ways), async () =>
    answerOf(door, async () => {
      turnAwayStranger(door, visitor)
      return work()
    }),
  )
}

function turnAwayStranger(door: Door, visitor: Visitor): void {
  if (!isOurs(door, visitor)) throw turnedAway('This elevate serves another workspace; nothing was changed.')
}

type Outcome = Answer | TurnedAway | Failed | undefined
type Failed = { readonly failed: Answer }
type Ack = AckFn<ViewResponseAction>

/** A dialog that comes back is held until the verb has answered: what is wrong stands under the field. */
async function serveSubmission(
  door: Door,
  submission: Submission,
  ack: Ack,
  work: () => Promise<Said>,
): Promise<void> {
  const what = `submit ${submission.view.callback}`
  let late = false
  const outcome = await within(
    door,
    work()
      .then((said): Promise<Outcome> => drawn(door, said))
      .catch((error: unknown) =>
        error instanceof TurnedAway ? error : { failed: explain(door, what, error) },
      ),
    async () => {
      late = true
      const view = noticeView('elevate', stillLookingAnswer())
      await quietly(door, what, () => ack({ response_action: 'update', view }))
    },
  )
  await quietly(door, what, () =>
    late ? showLate(door, submission, outcome) : answerNow(door, submission, outcome, ack),
  )
}

/** What was typed stays in the form as long as the verb has not done it; a dialog without fields shows the refusal. */
async function answerNow(door: Door, submission: Submission, outcome: Outcome, ack: Ack): Promise<void> {
  const wrong = await whatIsWrong(door, submission, outcome)
  if (wrong) return ack({ response_action: 'errors', errors: wrong })
  return ack({ response_action: 'update', view: await viewOf(door, outcome) })
}

async function whatIsWrong(door: Door, submission: Submission, outcome: Outcome) {
  if (submission.view.fields.size === 0) return undefined
  if (outcome instanceof TurnedAway)
    return { [blockFor(submission, outcome)]: await wordsOfNo(door, outcome) }
  if (outcome && 'failed' in outcome) return { [lastBlock(submission)]: outcome.failed.text }
  return undefined
}

async function showLate(door: Door, { view }: Submission, outcome: Outcome): Promise<void> {
  await door.client.views.update({ view_id: view.id, view: await viewOf(door, outcome) })
}

async function viewOf(door: Door, outcome: Outcome): Promise<Modal> {
  if (!outcome) throw new Error('a form came back, and nothing was said of it')
  if (outcome instanceof TurnedAway) return noticeView('elevate', await tellNo(door, outcome))
  return noticeView('elevate', 'failed' in outcome ? outcome.failed : outcome)
}

/** The input that a refusal is about; one that is about none stands under the last. */
function blockFor(submission: Submission, { no }: TurnedAway): string {
  const { fields } = submission.view
  const typed = fields.get(ACTION.type_duration)
  const found: Readonly<Record<string, { readonly block: string } | undefined>> = {
    // A field stands in the block of its name, except those below.
    ...Object.fromEntries([...fields.values()].map((one) => [one.block, one])),
    target: fields.get(ACTION.pick_target),
    role: fields.get(ACTION.pick_role) ?? fields.get(ACTION.pick_target),
    duration: typed?.value ? typed : fields.get(ACTION.pick_duration),
    // What was named only in the reason is mended there.
    ticket: fields.get(ACTION.type_ticket) ?? fields.get(ACTION.type_reason),
    person: fields.get(ACTION.pick_receiver) ?? fields.get(ACTION.pick_person),
    date: fields.get(ACTION.pick_until) ?? fields.get(ACTION.pick_to),
  }
  return (no.field && found[no.field]?.block) ?? lastBlock(submission)
}

function lastBlock({ view }: Submission): string {
  return [...view.fields.values()].at(-1)?.block ?? ''
}

function unknownPressAnswer(): Answer {
  return sentence(
    say`This button is from another version of elevate, and nothing was changed. /elevate status shows how things stand.`,
  )
}

function unknownCommandAnswer(): Answer {
  return sentence(say`elevate does not know this command. /elevate help shows what it knows.`)
}
