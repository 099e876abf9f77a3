/** Questions to the log, which are answered to the person who asked and to nobody else: pages, files, a picture. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WebClient } from '@slack/web-api'
import { packFolder } from '../../audit/evidence/archive.ts'
import { csvOfEvents } from '../../audit/export/rows.ts'
import { timelineSvg } from '../../audit/report/draw-timeline.ts'
import { timelineOf } from '../../audit/report/timeline.ts'
import type { WhoAsk } from '../../audit/report/who.ts'
import { grantName } from '../../core/access/grant.ts'
import type { AuditAsk } from '../../core/log/audit-event.ts'
import type { EvidenceSpan } from '../../core/log/audit-proof.ts'
import type { PersonId } from '../../core/people/person.ts'
import { isRefused } from '../../core/refusal.ts'
import type { AuditPage } from '../../operations/log/read-audit.ts'
import { sentence } from '../blocks/layout.ts'
import type { Message, Names } from '../blocks/message.ts'
import { say } from '../blocks/rich-text.ts'
import { auditForm } from '../forms/command-forms.ts'
import { withNames } from '../platform/directory.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { answerOf, done, noticeView, type Press, press, type Said } from '../platform/handlers.ts'
import { readAuditAsk, readWhoAsk, type ViewSeen, writeAuditAsk, writeWhoAsk } from '../platform/payloads.ts'
import { turnedAway, unlessRefused } from '../platform/turned-away.ts'
import { auditAnswer, csvMessage, csvSentAnswer } from '../words/log/audit-answer.ts'
import {
  checkpointNotice,
  evidenceAnswer,
  evidenceMessage,
  evidenceTitle,
  noCheckpointAnswer,
} from '../words/log/log-notices.ts'
import { pictureMessage, pictureTitle, storyAnswer, whoAnswer } from '../words/log/who-answer.ts'

const AUDIT_TITLE = 'Audit log'

export const answerAudit = (door: Door, person: PersonId, ask: AuditAsk): Promise<Said> =>
  done(door.verbs.readAudit(person, ask), drawAudit)

export function drawAudit(page: AuditPage, names: Names): Answer {
  const buttons = { older: page.next && writeAuditAsk(page.next), asked: writeAuditAsk(page.asked) }
  return auditAnswer(page, names, buttons)
}

export const answerCheckpoint = (door: Door, by: PersonId, post: boolean): Promise<Said> =>
  done(door.verbs.showCheckpoint({ by, post }), ({ last, posted }) =>
    last ? checkpointNotice(last, posted) : noCheckpointAnswer(),
  )

/** The next page in place of this one. The button brings the question; who may ask it is judged again. */
export const pressAuditPage = press(readAuditAsk, async (door, { by, id, view }) => {
  const answer = await answerOf(door, () => answerAudit(door, by, id))
  return answer && inPlace(door, view, { ...answer, replace: true })
})

/** Holds what was asked for, so that it can be narrowed or widened. */
export const pressAuditForm: Press = async (door, { trigger, value, view }) => {
  const form = auditForm(readAuditAsk(value) ?? {})
  if (view && !view.home) await door.client.views.update({ view_id: view.id, view: form })
  else await door.client.views.open({ trigger_id: trigger, view: form })
  return undefined
}

/** All that matches as a file, to the person who asked and to nobody else. Whether they may see it is judged again. */
export const pressAuditCsv = press(readAuditAsk, async (door, { by, id, view }) => {
  const made = unlessRefused(await door.verbs.exportAudit(by, id))
  await sendFile(door.client, by, {
    name: 'audit.csv',
    title: `Audit log, ${made.events.length} events`,
    content: Buffer.from(csvOfEvents(made.events), 'utf8'),
    message: await withNames(door.directory, (names) => csvMessage(id, made, names)),
  })
  return inPlace(door, view, csvSentAnswer(made.events.length))
})

/** In the dialog in which it was pressed: by now the trigger may be too old for a dialog of its own. */
async function inPlace(door: Door, view: ViewSeen | undefined, answer: Answer): Promise<Answer | undefined> {
  if (!view || view.home) return answer
  await door.client.views.update({ view_id: view.id, view: noticeView(AUDIT_TITLE, answer) })
  return undefined
}

/** What fits into one message from a bot and into its memory. More is made by `elevate evidence`. */
const MAX_FILE_BYTES = 50 * 1024 * 1024

/** One at a time in each process: it reads the whole tree. */
const making = new WeakSet<Door['reports']>()

/** Made in a folder of its own, sent only to the person who asked, and removed. */
export async function answerEvidence(door: Door, by: string, span: EvidenceSpan): Promise<Said> {
  const { verbs, queries, reports, directory } = door
  unlessRefused(await verbs.refuseEvidence(by))
  const signed = await reports.keptCheckpoint()
  if (!signed)
    throw turnedAway(
      'The log is not signed, so nothing in it can be proven. An operator has to give elevate a key: elevate audit key --make.',
    )
  if (making.has(reports))
    throw turnedAway('Evidence is being made for somebody already. Try again in a minute.')
  making.add(reports)
  const scratch = await mkdtemp(path.join(tmpdir(), 'elevate-evidence-'))
  try {
    const name = `evidence-${day(span.from)}-${day(new Date(span.to.getTime() - 1))}`
    const out = path.join(scratch, name)
    const made = await reports.buildEvidence({
      span,
      out,
      ...signed,
      vkey: door.logKey?.(),
      installation: [['made from', 'Slack: elevate evidence has the versions of this installation']],
      record: async (manifest) => void (await verbs.recordEvidence(by, span, manifest)),
    })
    const content = await packFolder(out, name, await queries.now(), MAX_FILE_BYTES)
    if (!content)
      throw turnedAway(
        'That is more than fits into a message. Ask for a shorter time, or an operator for elevate evidence.',
      )
    const title = await withNames(directory, (names) => evidenceTitle(span, names))
    await sendFile(door.client, by, {
      name: `${name}.tar.gz`,
      title,
      content,
      message: evidenceMessage(title, made),
    })
    return evidenceAnswer(made)
  } finally {
    making.delete(reports)
    await rm(scratch, { recursive: true, force: true })
  }
}

const day = (at: Date) => at.toISOString().slice(0, 10)

/** Who had what, as far as this reader may know it. */
async function lookUp(door: Door, by: string, ask: WhoAsk) {
  const scope = unlessRefused(await door.verbs.readingScope({ by, target: ask.target, person: ask.person }))
  const narrowed = { ...ask, ...(scope.person ? { person: scope.person } : {}) }
  const had = unlessRefused(await door.reports.whoHad(door.catalog(), narrowed))
  return { ...had, narrowed, own: scope.own }
}

export async function answerWho(
  door: Door,
  by: string,
  { kind: _, ...ask }: WhoAsk & { readonly kind: 'who' },
): Promise<Said> {
  const had = await lookUp(door, by, ask)
  const { narrowed, window } = had
  const happened = ask.around === undefined ? undefined : await door.reports.whatHappened(window, narrowed)
  const picture = writeWhoAsk(ask)
  const answer = { ...had, ...(happened ? { happened } : {}), ...(picture ? { picture } : {}) }
  return (names) => whoAnswer(narrowed, answer, names)
}

/** The same as a picture, sent to the person who asked. The button brings the question; who may ask it is judged again. */
export const pressPicture = press(readWhoAsk, async (door, { by, id }) => {
  const had = await lookUp(door, by, id)
  const now = await door.queries.now()
  const { window, held, narrowed } = had
  const title = await withNames(door.directory, (names) => pictureTitle(narrowed, window, names))
  await sendFile(door.client, by, {
    name: 'who-had-what.png',
    title,
    content: await pictureOf(timelineSvg(timelineOf(held, { ...window, now, title }))),
    message: pictureMessage(title, held.length),
  })
  return sentence(say`The picture is in your direct messages with elevate.`)
})

/** What is not yours and what does not exist are answered alike: numbers could be counted through otherwise. */
export async function answerStory(
  door: Door,
  by: string,
  { grant: number }: { readonly grant: number },
): Promise<Said> {
  const story = unlessRefused(await door.reports.storyOf(number))
  const { target, person } = story.row.grant
  const scope = await door.verbs.readingScope({ by, target, person })
  if (isRefused(scope)) throw turnedAway(`There is no ${grantName(number)}.`)
  return (names) => storyAnswer(story, names)
}

type PrivateFile = {
  /** `audit.csv`: Slack shows it by its ending. */
  readonly name: string
  /** What a person reads above it. */
  readonly title: string
  readonly content: Uint8Array
  /** Says what the file is; posted before it. */
  readonly message: Message
}

/**
 * Into the direct messages with elevate. Slack keeps it there until somebody deletes it, and its workspace's owners can
 * export it: what is sent says so.
 *
 * The message opens the conversation and names its id, which an upload needs; asking for that id alone would take
 * one more permission (`im:write`). Throws what Slack's client throws.
 */
async function sendFile(client: WebClient, person: PersonId, file: PrivateFile): Promise<void> {
  const { channel } = await client.chat.postMessage({ channel: person, ...file.message })
  if (!channel) throw new Error('Slack did not say where the direct message is')
  await client.filesUploadV2({
    channel_id: channel,
    filename: file.name,
    title: file.title,
    file: Buffer.from(file.content),
  })
}

/** Installed with elevate, so that letters look the same, and are there at all, on a server without fonts. */
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']
/** Twice as many dots as the drawing has units: sharp on most screens, and below Slack's limits by far. */
const SCALE = 2

/**
 * SVG → PNG, which is what Slack shows.
 *
 * The renderer is only loaded when somebody asks for a picture: it takes tens of milliseconds and megabytes. It works
 * in a thread of its own. What the fonts lack (Chinese, say) comes from the machine's fonts, where it has any;
 * not with `machineFonts: false`.
 */
export async function pictureOf(
  svg: string,
  { machineFonts = true }: { readonly machineFonts?: boolean } = {},
): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js')
  const picture = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: {
      fontFiles: FONTS.map((name) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`))),
      loadSystemFonts: machineFonts,
      defaultFontFamily: 'DejaVu Sans',
    },
  })
  return picture.asPng()
}
