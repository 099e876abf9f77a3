/** A record of what was done, checked against the events that name it and that erased texts of it. */
import { createHash } from 'node:crypto'

/** What a proven event says; undefined when there is none of that index, or its proof does not hold. */
export type ProvenSaying = (index: number) => Promise<Readonly<Record<string, unknown>> | undefined>

export type RecordFiles = {
  /** `G-12` */
  readonly grant: string
  /** The record, byte for byte. */
  readonly record: string
  /** Its texts, as JSON. */
  readonly texts: string | undefined
  /** The events of the grant, and those that are said to have erased texts. */
  readonly events: readonly number[]
  readonly erasedBy: readonly number[]
}

type Text = { readonly number: number; readonly salt: string; readonly content: string }

/** Sentences that go on after the file's name; none when it holds. */
export async function faultsOfRecord(files: RecordFiles, proven: ProvenSaying): Promise<string[]> {
  const { grant, record } = files
  const committed = commitmentsIn(record)
  const texts = textsIn(files.texts)
  if (!committed || !texts) return ['is not a record with its texts']
  const faults: string[] = []
  const named = await lastNamed(files, proven)
  if (!named) faults.push('is named by no event here')
  else if (named.hash !== createHash('sha256').update(record).digest('hex'))
    faults.push(`is not the record that event ${named.index} names`)
  for (const { number, salt, content } of texts) {
    const salted = createHash('sha256').update(Buffer.from(salt, 'hex')).update(content, 'utf8')
    if (committed.get(number) !== salted.digest('hex'))
      faults.push(`has another text for entry ${number} than the one that was written`)
  }
  const gone = committed.size - new Set(texts.map((one) => one.number)).size
  let erased = 0
  for (const index of new Set(files.erasedBy)) erased += erasedIn(await proven(index), grant)
  if (gone > erased)
    faults.push(`has ${gone} texts fewer than were written, and events here name the erasure of ${erased}`)
  return faults
}

async function lastNamed({ grant, events }: RecordFiles, proven: ProvenSaying) {
  for (const index of events.toSorted((a, b) => b - a)) {
    const said = await proven(index)
    const hash = (said?.detail as { record_sha256?: unknown } | undefined)?.record_sha256
    if (said?.type === 'activity.collected' && said.grant === grant) return { index, hash }
  }
  return undefined
}

function erasedIn(said: Readonly<Record<string, unknown>> | undefined, grant: string): number {
  if (said?.type !== 'privacy.erased' && said?.type !== 'retention.applied') return 0
  const { records } = (said.detail ?? {}) as { records?: Readonly<Record<string, unknown>> }
  const count = records?.[grant]
  return typeof count === 'number' ? count : 0
}

/** By the entry's number. */
function commitmentsIn(record: string): ReadonlyMap<number, string> | undefined {
  try {
    const lines = record.split('\n').slice(0, -1)
    const entries = lines.map((line) => JSON.parse(line) as { number: number; text_c?: string })
    return new Map(
      entries.flatMap(({ number, text_c: text }) => (text === undefined ? [] : [[number, text] as const])),
    )
  } catch {
    return undefined
  }
}

function textsIn(json: string | undefined): readonly Text[] | undefined {
  try {
    const texts = JSON.parse(json ?? '') as readonly Text[]
    const good = (one: Text) => typeof one?.salt === 'string' && typeof one.content === 'string'
    return Array.isArray(texts) && texts.every(good) ? texts : undefined
  } catch {
    return undefined
  }
}
