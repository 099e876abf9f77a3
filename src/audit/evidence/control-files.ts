/** One CSV and one short text for each control, written while the log is read. */
import { grantName } from '../../core/access/grant.ts'
import { requestName } from '../../core/access/request.ts'
import type { GrantRow } from '../../core/reads.ts'
import { csvLine } from '../export/rows.ts'
import { latenessOf } from '../report/digest.ts'
import type { StoredEvent } from '../stored-event.ts'
import { ACTIVITY_COLUMNS } from './activity-file.ts'
import { CONTROLS, type Control } from './controls.ts'
import type { Pack } from './pack.ts'

const EVENT_COLUMNS = [
  'event',
  'time',
  'type',
  'who',
  'about',
  'target',
  'role',
  'request',
  'grant',
  'outcome',
  'policy',
  'detail',
  'texts',
]

const RIGHT_COLUMNS = ['through', 'via', 'stage', 'rule']

const COLUMNS: { readonly [kind in NonNullable<Control['rows']>]: readonly string[] } = {
  approvals: [
    'grant',
    'request',
    'person',
    'target',
    'role',
    'reason',
    'how',
    'approvers',
    'asked',
    'decided',
    'rule',
    'policy',
    'file',
  ],
  times: [
    'grant',
    'person',
    'target',
    'role',
    'given',
    'planned_end',
    'due',
    'gone',
    'late_ms',
    'why',
    'outcome',
  ],
  types: ['type', 'events', 'first', 'last'],
  checkpoints: ['size', 'origin', 'root'],
  installation: ['what', 'value'],
  activity: ACTIVITY_COLUMNS,
}

type Table = Awaited<ReturnType<Pack['grow']>>

type Open = {
  readonly file: Table
  /** The table of its events, where its rows are something else. */
  readonly beside: Table | undefined
  rows: number
  events: number
  readonly notes: string[]
}

export class ControlFiles {
  readonly #pack: Pack
  readonly #open = new Map<number, Open>()
  readonly #types = new Map<string, { count: number; first: number; last: number }>()
  readonly #late: { lateByMs: number | undefined }[] = []
  #decisions = 0
  #live = 0
  #erased = 0
  #texts = 0

  private constructor(pack: Pack) {
    this.#pack = pack
  }

  static async begin(pack: Pack): Promise<ControlFiles> {
    const files = new ControlFiles(pack)
    for (const control of CONTROLS) {
      const file = await pack.grow(`${nameOf(control)}.csv`)
      const columns = control.byRight ? [...EVENT_COLUMNS, ...RIGHT_COLUMNS] : EVENT_COLUMNS
      await file.write(csvLine(control.rows ? COLUMNS[control.rows] : columns))
      const beside =
        control.rows && control.events ? await pack.grow(`${nameOf(control)}-events.csv`) : undefined
      await beside?.write(csvLine(EVENT_COLUMNS))
      files.#open.set(control.number, { file, beside, rows: 0, events: 0, notes: [] })
    }
    return files
  }

  /** Takes an event of the period. */
  async event(said: StoredEvent): Promise<void> {
    const seen = this.#types.get(said.type) ?? { count: 0, first: said.index, last: said.index }
    this.#types.set(said.type, { ...seen, count: seen.count + 1, last: said.index })
    this.#erased += said.erased
    this.#texts += Object.keys(said.texts).length
    if (said.type === 'decision.recorded') this.#decisions += 1
    for (const { number, events, byRight } of CONTROLS) {
      if (!events?.(said)) continue
      const open = this.#open.get(number)
      if (!open?.beside)
        await this.row(number, byRight ? [...cellsOf(said), ...rightCells(said)] : cellsOf(said))
      else {
        open.events += 1
        await open.beside.write(csvLine(cellsOf(said)))
      }
    }
  }

  /** Takes a grant of the period; `file` is its text in the folder. */
  async grant(row: GrantRow, file: string): Promise<void> {
    await this.row(1, approvalCells(row, file))
    if (!row.grant.activatedAt) return
    await this.row(3, timeCells(row))
    if (row.grant.revokedAt) this.#late.push({ lateByMs: row.grant.lateByMs })
    else this.#live += 1
  }

  /** Adds a row to the table of this control. */
  async row(number: number, cells: readonly string[]): Promise<void> {
    const open = this.#open.get(number)
    if (!open) throw new RangeError(`there is no control ${number}`)
    open.rows += 1
    await open.file.write(csvLine(cells))
  }

  /** Adds a sentence to the text of this control. */
  note(number: number, text: string): void {
    this.#open.get(number)?.notes.push(text)
  }

  /** Writes what is known only at the end, and returns a line of text for each control. */
  async end(period: string, openReviews: number): Promise<string[]> {
    for (const [type, { count, first, last }] of [...this.#types].sort())
      await this.row(10, [type, String(count), String(first), String(last)])
    const { count, p50, p99, worst } = latenessOf(this.#late)
    this.note(2, `Decisions in the period: ${this.#decisions}.`)
    this.note(
      3,
      `Ended in the period or since: ${count}. Late by (milliseconds): half within ${p50}, 99 of 100 within ${p99}, at worst ${worst}. Live when this was made: ${this.#live}.`,
    )
    this.note(7, `Reviews that are open now: ${openReviews}.`)
    this.note(
      13,
      `Texts in this folder: ${this.#texts}. Texts that were written and are erased: ${this.#erased}.`,
    )
    const lines: string[] = []
    for (const control of CONTROLS) {
      const { file, beside, rows, events, notes } = this.#open.get(control.number) as Open
      await file.end()
      await beside?.end()
      if (beside)
        notes.push(`Rows in ${fileOf(control)}-events.csv: ${events || 'no such event in the period'}.`)
      const found = rows === 0 ? nothing(control) : `${rows} row${rows === 1 ? '' : 's'}`
      await this.#pack.add(`${nameOf(control)}.txt`, textOf(control, period, found, notes))
      lines.push(`${String(control.number).padStart(2)}  ${control.title}: ${found}`)
    }
    return lines
  }
}

/** `controls/01-approval`. */
function nameOf({ number, slug }: Control): string {
  return `controls/${String(number).padStart(2, '0')}-${slug}`
}

const fileOf = (control: Control) => nameOf(control).slice('controls/'.length)

function nothing(control: Control): string {
  return control.events && !control.rows ? 'no such event in the period' : 'nothing in the period'
}

function textOf(control: Control, period: string, found: string, notes: readonly string[]): string {
  return [
    `Control ${control.number}: ${control.title}`,
    `(${control.frameworks})`,
    '',
    `Period: ${period}`,
    '',
    `What is asked: ${control.asks}`,
    '',
    `How elevate answers: ${control.answer}`,
    '',
    `Rows in ${fileOf(control)}.csv: ${found}.`,
    ...notes,
    '',
  ].join('\n')
}

function cellsOf(said: StoredEvent): string[] {
  return [
    String(said.index),
    said.time,
    said.type,
    said.actor.id,
    said.subject ?? '',
    said.target ?? '',
    said.role ?? '',
    said.request ?? '',
    said.grant ?? '',
    said.outcome ?? '',
    said.policy ?? '',
    Object.keys(said.detail).length > 0 ? JSON.stringify(said.detail) : '',
    Object.values(said.texts).join(' / '),
  ]
}

/** Empty for events from before this was recorded. */
function rightCells({ detail: { through, via, stage, rule } }: StoredEvent): string[] {
  const word = (value: unknown) => (typeof value === 'string' ? value : '')
  return [Array.isArray(through) ? through.join(' ') : '', word(via), word(stage), word(rule)]
}

function approvalCells({ grant, request }: GrantRow, file: string): string[] {
  const approvers = request.decisions.filter((one) => one.verdict === 'approve').map((one) => one.approver)
  return [
    grantName(grant.number),
    requestName(request.number),
    grant.person,
    grant.target,
    grant.role,
    request.reason,
    request.review ? 'break-glass' : 'approved',
    approvers.join(' '),
    moment(request.createdAt),
    moment(request.closedAt),
    request.policyName,
    grant.policyHash,
    file,
  ]
}

function timeCells({ grant }: GrantRow): string[] {
  return [
    grantName(grant.number),
    grant.person,
    grant.target,
    grant.role,
    moment(grant.activatedAt),
    moment(grant.expiresAt),
    moment(grant.dueAt),
    moment(grant.revokedAt),
    grant.lateByMs === undefined ? '' : String(grant.lateByMs),
    grant.endReason ?? '',
    grant.endOutcome ?? '',
  ]
}

const moment = (at: Date | undefined) => at?.toISOString() ?? ''
