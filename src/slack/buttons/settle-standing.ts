/** The buttons of a report on standing access. The report is redrawn by what they do; the answer is for who pressed. */
import { isRefused } from '../../core/refusal.ts'
import { noticeView } from '../forms/notice-view.ts'
import { openThen } from '../forms/open-view.ts'
import { acceptForm, takeForm } from '../forms/standing-forms.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readId, type Submission } from '../platform/payloads.ts'
import type { Submit } from '../platform/submissions.ts'
import {
  acceptedAnswer,
  askedAboutAnswer,
  lookedAnswer,
  takenAnswer,
} from '../words/standing/standing-answers.ts'

type Press = (door: Door, click: Click) => Promise<Answer | undefined>

const ACCEPT_TITLE = 'Accept access'
const TAKE_TITLE = 'Take access away'

/** One holding, or all of a report: which of the two the id is, is kept in front of it. */
const pressAcceptOf =
  (kind: 'access' | 'report'): Press =>
  async (door, { visitor, trigger, value }) => {
    const id = readId(value)
    if (!id) return tellRefusal(door, notOurs())
    return openThen(door, { trigger, title: ACCEPT_TITLE, what: 'open accept form' }, async () => {
      const offered = await door.verbs.offerAccept({ what: whatOf(kind, id), by: visitor.person })
      if (isRefused(offered)) return noticeView(ACCEPT_TITLE, await tellRefusal(door, offered))
      return withNames(door.directory, (names) => acceptForm(offered.open, `${kind}:${id}`, names))
    })
  }

export const pressAccept = pressAcceptOf('access')
export const pressAcceptAll = pressAcceptOf('report')

const whatOf = (kind: string, id: string) => (kind === 'report' ? { report: id } : { access: id })

export const submitAccept: Submit = async (door, { visitor, view }: Submission) => {
  const [kind = '', value = ''] = view.metadata.split(':')
  const id = readId(value)
  if (!id) return notOurs()
  const accepted = await door.verbs.acceptStanding({
    what: whatOf(kind, id),
    by: visitor.person,
    why: view.fields.get(ACTION.type_note)?.value ?? '',
    until: view.fields.get(ACTION.pick_until)?.value ?? '',
  })
  return isRefused(accepted) ? accepted : acceptedAnswer(accepted.accepted)
}

export const pressTake: Press = async (door, { visitor, trigger, value }) => {
  const access = readId(value)
  if (!access) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: TAKE_TITLE, what: 'open take form' }, async () => {
    const offered = await door.verbs.offerTake({ access, by: visitor.person })
    if (isRefused(offered)) return noticeView(TAKE_TITLE, await tellRefusal(door, offered))
    return takeForm(offered.standing)
  })
}

/** The dialog has no field for a refusal to stand under, so it is said in its place. */
export const submitTake: Submit = async (door, { visitor, view }: Submission) => {
  const access = readId(view.metadata)
  if (!access) return tellRefusal(door, notOurs())
  const taken = await door.verbs.takeStanding({ access, by: visitor.person })
  return isRefused(taken) ? tellRefusal(door, taken) : takenAnswer(taken.standing, taken.sessionsEnded)
}

export const pressAsk: Press = async (door, { visitor, value }) => {
  const access = readId(value)
  if (!access) return tellRefusal(door, notOurs())
  const asked = await door.verbs.askAboutStanding({ access, by: visitor.person })
  return isRefused(asked) ? tellRefusal(door, asked) : askedAboutAnswer(asked.standing)
}

export const pressLook: Press = async (door, { visitor, value }) => {
  const report = readId(value)
  if (!report) return tellRefusal(door, notOurs())
  const looked = await door.verbs.lookNow({ report, by: visitor.person })
  return isRefused(looked) ? tellRefusal(door, looked) : lookedAnswer(looked.target, looked.looked)
}
