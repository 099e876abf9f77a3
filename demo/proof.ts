import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { SeenMessage } from 'slack-simulator/view'
import { notesIn } from '../src/audit/checkpoint/checkpoint.ts'
import { verifyLog } from '../src/audit/checkpoint/verify.ts'
import { databaseSource } from '../src/audit/tree/log-source.ts'
import { table } from '../src/cli/print.ts'
import { postDigest } from '../src/operations/log/post-digest.ts'
import { latest, type Teller } from './teller.ts'
import { SAM, SECURITY_CHANNEL } from './workspace.ts'
import type { Demo } from './world.ts'

export async function theProof(demo: Demo, teller: Teller): Promise<void> {
  teller.chapter('Security reads')
  const { world } = demo.elevate
  const to = await world.store.reads.now()
  await postDigest(world, new Date(to.getTime() - 24 * 60 * 60 * 1000), new Date(to.getTime() + 1000))
  const digest = { title: '#elevate-security', what: 'the digest in #elevate-security' }
  await teller.quoteSeen(demo.simulator.as(SAM), digest, (view) => latest(view, /digest/i, SECURITY_CHANNEL))
  const events = await world.store.audit.stream(0, 1000)
  teller.say(`\n  the audit log\n${table(['  index', 'time', 'event', 'by'], events.map(asRow))}`)
  const types = events.map((event) => event.type)
  const story = [
    'request.refused',
    'request.created',
    'decision.recorded',
    'request.approved',
    'grant.provisioning',
    'grant.activated',
    'credential.shown',
    'grant.revoking',
    'grant.revoked',
  ] as const
  await theSignature(demo, teller)
  teller.check(
    'every step is an event',
    story.every((type) => types.includes(type)),
    types.join(', '),
  )
}

/** What was signed is read where security reads it, and compared with the log. */
async function theSignature(demo: Demo, teller: Teller): Promise<void> {
  const checkpoint = { title: '#elevate-security', what: 'the checkpoint in #elevate-security' }
  const posted = await teller.quoteSeen(demo.simulator.as(SAM), checkpoint, (view) =>
    latest(view, /signed checkpoint/, SECURITY_CHANNEL),
  )
  const given = await Array.fromAsync(notesIn([preformatted(posted)]))
  const source = await databaseSource(demo.elevate.world.store.proof)
  const found = await verifyLog({ source, keys: [demo.verifierKey], given })
  teller.check('the log is what was signed', found.ok && found.checkpoints.given > 0, JSON.stringify(found))
}

/** The exact text of every checkpoint in the security channel, oldest first. */
export function postedCheckpoints(demo: Demo): string[] {
  return demo.simulator
    .as(SAM)
    .messages(SECURITY_CHANNEL)
    .filter((one) => /signed checkpoint/.test(one.text))
    .map(preformatted)
}

function preformatted(message: SeenMessage): string {
  const parts = message.blocks.flatMap(
    (block) => (block.elements as { type: string; elements?: { text?: string }[] }[]) ?? [],
  )
  return parts
    .filter((part) => part.type === 'rich_text_preformatted')
    .flatMap((part) => part.elements ?? [])
    .map((element) => element.text ?? '')
    .join('')
}

function asRow(event: { index: number; time: Date; type: string; bytes: string }): string[] {
  const { actor } = JSON.parse(event.bytes) as { actor: { kind: string; id: string } }
  return [`  ${event.index}`, event.time.toISOString(), event.type, `${actor.kind} ${actor.id}`]
}

/** `audit.jsonl` holds each event's exact bytes, one a line; `slack.jsonl` was written as things happened. */
export async function leaveRecord(demo: Demo, out: string): Promise<void> {
  const { audit } = demo.elevate.world.store
  const lines: string[] = []
  for (let from = 0; ; from += 1000) {
    const events = await audit.stream(from, 1000)
    lines.push(...events.map((event) => `${event.bytes}\n`))
    if (events.length < 1000) break
  }
  writeFileSync(path.join(out, 'audit.jsonl'), lines.join(''))
  const log = path.join(out, 'target.log')
  if (demo.targetLog !== log) copyFileSync(demo.targetLog, log)
}
