/** The store as the rest of the house sees it. */
import { sql } from 'kysely'
import { claims } from '../access/claims.ts'
import { dues } from '../access/dues.ts'
import { preApprovalReads } from '../access/pre-approvals.ts'
import { questionReads } from '../access/questions.ts'
import { activityReads } from '../activity/activity.ts'
import { auditReader } from '../log/audit-log.ts'
import { proofStore } from '../log/checkpoints.ts'
import { deliveries } from '../log/deliveries.ts'
import { evidenceReads } from '../log/evidence.ts'
import { Known, quarantine } from '../log/quarantine.ts'
import { outbox } from '../outbox.ts'
import { privacyReads } from '../people/privacy.ts'
import { reads } from '../reads.ts'
import { standingReads } from '../standing/standing-reads.ts'
import { connectTo, type OpenOptions } from './connection.ts'
import { shielded } from './failure.ts'
import { excessRights } from './rights.ts'
import { type Committed, transactions } from './transaction.ts'

export type StoreHandle = Awaited<ReturnType<typeof openStore>>
export type Store = Omit<StoreHandle, 'ping' | 'checkRights' | 'close'>

/**
 * Throws `StoreDown` when the database cannot be reached now; later losses heal by themselves. `onCommitted` hears of
 * what every commit of this process has left to do.
 */
export async function openStore({
  onCommitted = () => {},
  ...options
}: OpenOptions & { readonly onCommitted?: (news: Committed) => void }) {
  const connections = connectTo(options)
  const { db } = connections
  const { ping, checkRights } = shielded({
    ping: async () => {
      await sql`select`.execute(db)
    },
    checkRights: () => excessRights(db),
  })
  try {
    await ping()
  } catch (error) {
    await connections.close()
    throw error
  }
  const known = new Known()
  return {
    transaction: transactions(connections, known, onCommitted),
    reads: shielded(reads(db)),
    audit: shielded(auditReader(db)),
    proof: shielded(proofStore(db)),
    claims: shielded(claims(db, known, onCommitted)),
    evidence: shielded(evidenceReads(db)),
    deliveries: shielded(deliveries(db, known)),
    dues: shielded(dues(db)),
    preApprovals: shielded(preApprovalReads(db)),
    questions: shielded(questionReads(db)),
    outbox: shielded(outbox(db, known)),
    quarantine: {
      ...shielded(quarantine(db, known)),
      remember: (size: number, leafHash: Uint8Array): void => known.remember(size, leafHash),
    },
    standing: shielded(standingReads(db)),
    activity: shielded(activityReads(db)),
    privacy: shielded(privacyReads(db)),
    /** Throws `StoreDown` when the database does not answer. */
    ping,
    /** What this login may do too much, and what the server keeps too little; a `fault` means: do not start. */
    checkRights,
    close: () => connections.close(),
  }
}
