/** The README of a folder of evidence. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { KeyStretch } from '../checkpoint/key-history.ts'
import { MANIFEST } from './pack.ts'

/** A verifier in another language, with Go's own code for signed notes and trees; `go run . KEY .` needs only these files. */
export const VERIFIER = ['verify.go', 'go.mod', 'go.sum'] as const

export const verifierFile = (name: (typeof VERIFIER)[number]) =>
  readFile(path.join(import.meta.dirname, name))

const FOLLOWED = ` The first one is enough: each
key has signed that the next one follows, in an event of type key.rotated, except one that says “lost”.`

/** Explains a checkpoint that somebody was shown once and that is missing here. */
export function abandonedNote(left: number): string {
  return `${left} checkpoint${left === 1 ? ' was' : 's were'} left out: the database was restored from a backup, and an operator confirmed, signed with the log’s key, that ${left === 1 ? 'it counts' : 'they count'} no more (the events checkpoint.abandoned).`
}

function keysIn(keys: readonly KeyStretch[]): string {
  if (keys.length === 0) return 'Key        not put in: ask for it (elevate audit key)'
  const lines = keys.map(({ key, from, how }) =>
    how === 'first' ? key.vkey : `${key.vkey}\n           (${how} at event ${from})`,
  )
  return `${keys.length > 1 ? 'Keys' : 'Key '}       ${lines.join('\n           ')}`
}

/** The text of README.txt. */
export function readme(about: {
  readonly checkpoint: Checkpoint
  readonly keys: readonly KeyStretch[]
  /** Checkpoints that were left out because an operator has abandoned them. */
  readonly abandoned: number
  readonly period: string
  readonly events: number
  readonly grants: number
  readonly controls: readonly string[]
}): string {
  const { checkpoint, keys, abandoned, period, events, grants, controls } = about
  return `Evidence of who had access, from elevate

Period     ${period}
Log        ${checkpoint.origin}, ${checkpoint.size} events when this was made
Here       ${events} ${events === 1 ? 'event' : 'events'}, ${grants} ${grants === 1 ? 'grant' : 'grants'}
${keysIn(keys)}
${abandoned > 0 ? `Restored   ${abandonedNote(abandoned)}\n` : ''}
The key says whose log this is. Do not take it from this folder alone: compare it with the one you were given before, or
with another person of the organisation.${keys.length > 1 ? FOLLOWED : ''}

What is here
  controls/       sixteen questions that auditors ask, each as text and as rows (CSV)
  grants/         one file for each grant, as text and as JSON: who, what, why, by whose decision, from when to when
  activity/       what was done under each grant: the record as it was hashed (.jsonl), with the remaining texts and
                  their salts (.private.json)
  events/         the events themselves, byte for byte as they were signed (.json), the texts people typed
                  (.private.json), and for each a proof that it is in the signed log (.tlog-proof)
  vkey, keys.csv  all keys of the log, oldest first, and which part of it each of them signs
  configuration/  the rules that were in force, by their SHA-256; every event names its rules
  log/            the tree over the whole log, as hashes only, and all signed checkpoints
  ${MANIFEST} the hash of every file

What counts are the events with their proofs. Tables and texts are made from them for reading; in grants/*.json the parts
"grant" and "request" come from the database, and are proven only where an event says the same.

How to check it, without us and without a network
  1. Nothing was changed since it was made:
       sha256sum --quiet --check ${MANIFEST}
     The hash of ${MANIFEST} itself is in the log, in the event export.made that was written with this folder.
  2. Every event is in the signed log, every text is the one that was written, every checkpoint is of this one log:
       elevate audit verify --evidence . --vkey KEY
  3. The same by a program that is not ours, verify.go, on Go's own golang.org/x/mod/sumdb:
       go run . KEY .
     Go 1.21 or later downloads that module, and compares it with the hash in go.sum. Without a network, on Debian:
     apt-get install golang-go golang-golang-x-mod-dev, and
       GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go KEY .
     KEY is the first key of the log: if a key was replaced, the previous key has signed that, and both programs follow. A
     lost key could not sign: then give the new key too, from a source you trust (--vkey twice, or KEY,KEY to verify.go).
  4. What was done: sha256sum activity/G-12.jsonl is record_sha256 in the last activity.collected of that grant. A line has
     text_c, the SHA-256 of salt and text, instead of the text. elevate audit verify compares both, and texts that are
     gone with the events that erased them.
  5. The checkpoints are also in the organisation's security channel in Slack. Compare one of those with log/checkpoints.

Controls
${controls.map((line) => `  ${line}`).join('\n')}
`
}
