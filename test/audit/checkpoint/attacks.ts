// What somebody who owns the whole database, and lacks only the key, can do to a log; and what it must look like then.
import type { Fault } from '../../../src/audit/checkpoint/faults.ts'
import { type Verified, verifyLog } from '../../../src/audit/checkpoint/verify.ts'
import { leafOf } from '../tree/naive-tree.ts'
import { aLeaf, PaperLog, signer } from './paper-log.ts'

export const SIZE = 60
/** Where checkpoints were signed; the last one was posted. Events from 50 on are in no checkpoint. */
export const SIGNED = [1, 10, 32, 50]
export const ANCHOR = 50

export const keys = [signer.verifier]
export const verify = (log: PaperLog, given: readonly string[] = []) =>
  verifyLog({ source: log.source(), keys, given })
export const honest = () => PaperLog.of(SIZE, SIGNED)
export const of = (kind: Fault['kind'], { faults }: Verified) => faults.filter((fault) => fault.kind === kind)

export type Attack = {
  readonly does: (log: PaperLog, at: number) => void
  /** What must be among the faults. `exact`: this event by its index; else a stretch that has it. */
  readonly shows: Fault['kind']
  readonly exact: boolean
  /** Smallest position at which there is something to attack. */
  readonly from?: number
}

export const lie = (log: PaperLog, at: number) => {
  log.edit(at, (said) => {
    said.actor = { kind: 'person', id: 'UMALLORY' }
  })
  log.at(at).columns = { ...log.at(at).columns, actor: 'UMALLORY' }
}

export const ATTACKS: Record<string, Attack> = {
  'an event is edited': { does: lie, shows: 'changed', exact: true },
  'a hash is edited': {
    does: (log, at) => {
      log.at(at).leafHash = leafOf('forged')
    },
    shows: 'changed-hash',
    exact: true,
  },
  'an event is edited, and its hash recomputed': {
    does: (log, at) => {
      lie(log, at)
      log.recompute()
    },
    shows: 'rewritten',
    exact: false,
  },
  'an event is deleted': {
    does: (log, at) => void log.leaves.splice(at, 1),
    shows: 'missing',
    exact: true,
  },
  'an event is deleted, and all after it renumbered and recomputed': {
    does: (log, at) => {
      log.leaves.splice(at, 1)
      log.recompute()
    },
    shows: 'rewritten',
    exact: false,
  },
  'an event is deleted, and its hash left': {
    does: (log, at) => {
      log.at(at).bytes = undefined
    },
    shows: 'missing',
    exact: true,
  },
  'a hash is deleted, and its event left': {
    does: (log, at) => {
      log.at(at).leafHash = undefined
    },
    shows: 'no-hash',
    exact: true,
  },
  'an event is slipped in, and all after it renumbered and recomputed': {
    does: (log, at) => {
      log.leaves.splice(at, 0, aLeaf(at, 'slipped in'))
      log.recompute()
    },
    shows: 'rewritten',
    exact: false,
  },
  'two events change places': {
    does: (log, at) => {
      const [one, other] = [log.at(at - 1), log.at(at)]
      ;[one.bytes, other.bytes] = [other.bytes, one.bytes]
      ;[one.leafHash, other.leafHash] = [other.leafHash, one.leafHash]
    },
    shows: 'order',
    exact: true,
    from: 1,
  },
  'two events change places, renumbered and recomputed': {
    does: (log, at) => {
      const [one, other] = [log.at(at - 1), log.at(at)]
      log.leaves[at - 1] = other
      log.leaves[at] = one
      log.recompute()
    },
    shows: 'rewritten',
    exact: false,
    from: 1,
  },
  'the end is cut off': {
    does: (log, at) => void log.leaves.splice(at),
    shows: 'truncated',
    exact: true,
  },
  'everything from here on is made up anew': {
    does: (log, at) => {
      log.leaves.splice(
        at,
        log.leaves.length,
        ...Array.from({ length: 20 }, (_, n) => aLeaf(at + n, 'made up')),
      )
      log.recompute()
    },
    shows: 'rewritten',
    exact: false,
  },
  'a private text is edited': {
    does: (log, at) => {
      log.at(at).texts = log.at(at).texts.map((text) => ({ ...text, content: 'nicer words' }))
    },
    shows: 'text',
    exact: true,
  },
  'the search is led astray': {
    does: (log, at) => {
      log.at(at).columns = { ...log.at(at).columns, actor: 'UMALLORY' }
    },
    shows: 'column',
    exact: true,
  },
}
