import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { packFolder } from '../../audit/evidence/archive.ts'
import type { EvidenceSpan } from '../../core/log/evidence.ts'
import { refuse } from '../../core/refusal.ts'
import type { Door } from '../platform/guard.ts'
import type { Said } from '../platform/handlers.ts'
import { withNames } from '../platform/names.ts'
import { sendFile } from '../platform/send-file.ts'
import { evidenceAnswer, evidenceMessage, evidenceTitle } from '../words/log/log-notices.ts'

/** What fits into one message from a bot and into its memory. More is made by `elevate evidence`. */
const MOST_BYTES = 50 * 1024 * 1024

/** One at a time in each process: it reads the whole tree. */
const making = new WeakSet<Door['reports']>()

/** Made in a folder of its own, sent to whoever asked and to nobody else, and removed. */
export async function answerEvidence(door: Door, by: string, span: EvidenceSpan): Promise<Said> {
  const { verbs, queries, reports, directory } = door
  const no = await verbs.refuseEvidence(by)
  if (no) return no
  const signed = await reports.keptCheckpoint()
  if (!signed)
    return refuse(
      'usage',
      'The log is not signed, so nothing in it can be proven. An operator has to give elevate a key: elevate audit key --make.',
    )
  if (making.has(reports))
    return refuse('usage', 'Evidence is being made for somebody already. Try again in a minute.')
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
    const content = await packFolder(out, name, await queries.now(), MOST_BYTES)
    if (!content)
      return refuse(
        'usage',
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
