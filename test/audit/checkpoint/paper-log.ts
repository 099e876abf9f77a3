// A log in memory that a test can do anything to, as somebody who owns the database could.
import { createHash, randomBytes } from 'node:crypto'
import { signCheckpoint } from '../../../src/audit/checkpoint/checkpoint.ts'
import { makeSkey, readSkey } from '../../../src/audit/checkpoint/note.ts'
import type { LogSource } from '../../../src/audit/tree/log-source.ts'
import { canonicalJson, type Json } from '../../../src/core/json.ts'
import type { StoredLeaf } from '../../../src/core/log/audit-proof.ts'
import { must } from '../../support/must.ts'
import { leafOf, naiveRoot } from '../tree/naive-tree.ts'

export const signer = must(readSkey(makeSkey('elevate/audit/test')))

export type PaperLeaf = Omit<{ -readonly [key in keyof StoredLeaf]: StoredLeaf[key] }, 'texts'> & {
  texts: StoredLeaf['texts'][number][]
}

export class PaperLog {
  leaves: PaperLeaf[] = []
  notes: string[] = []

  static of(size: number, checkpointsAt: readonly number[] = []): PaperLog {
    const log = new PaperLog()
    for (let index = 0; index < size; index += 1) log.leaves.push(aLeaf(index))
    for (const at of checkpointsAt) log.sign(at)
    return log
  }

  root(size: number): Buffer {
    return naiveRoot(this.leaves.slice(0, size).map((leaf) => Buffer.from(leaf.leafHash ?? [])))
  }

  note(size: number, by = signer): string {
    return signCheckpoint(size, this.root(size), by)
  }

  sign(size: number): void {
    this.notes.push(this.note(size))
  }

  at(index: number): PaperLeaf {
    return must(this.leaves[index])
  }

  /** Changes what an event says, and nothing else. */
  edit(index: number, change: (said: Record<string, Json>) => void): void {
    const leaf = this.at(index)
    const said = JSON.parse(must(leaf.bytes))
    change(said)
    leaf.bytes = canonicalJson(said)
  }

  /** Makes indexes and hashes come out again, everywhere: all that can be recomputed without the key. */
  recompute(): void {
    for (const [index, leaf] of this.leaves.entries()) {
      leaf.index = index
      this.edit(index, (said) => {
        said.index = String(index)
      })
      leaf.leafHash = leafOf(must(leaf.bytes))
    }
  }

  source(pageSize = 7): LogSource {
    const { leaves, notes } = this
    return {
      hasTexts: true,
      async *events() {
        for (let at = 0; at < leaves.length; at += pageSize) yield leaves.slice(at, at + pageSize)
      },
      async *notes() {
        yield* notes
      },
    }
  }
}

export function aLeaf(index: number, of = `the reason for ${index}`): PaperLeaf {
  const salt = randomBytes(32)
  const bytes = canonicalJson({
    v: 1,
    index: String(index),
    time: '2026-11-23T10:40:00.123456Z',
    type: 'request.created',
    actor: { kind: 'person', id: `U${index % 5}` },
    target: 'orders-db',
    reason_c: createHash('sha256').update(salt).update(of).digest('hex'),
  })
  return {
    index,
    bytes,
    leafHash: leafOf(bytes),
    texts: [{ field: 'reason', salt: salt.toString('hex'), content: of }],
    columns: {
      time: '2026-11-23T10:40:00.123456Z',
      type: 'request.created',
      actor: `U${index % 5}`,
      subject: null,
      target: 'orders-db',
    },
  }
}
