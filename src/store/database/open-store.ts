/** The store as the other rooms see it. */

import { questionQueries } from '../access/about-requests.ts'
import { claims } from '../access/claims.ts'
import { dueQueries } from '../access/dues.ts'
import { preApprovalQueries } from '../access/pre-approvals.ts'
import { accessQueries } from '../access/queries.ts'
import { activityQueries } from '../activity/queries.ts'
import { auditQueries, evidenceQueries } from '../log/audit-log.ts'
import { proofQueries } from '../log/checkpoints.ts'
import { deliveryQueue } from '../log/deliveries.ts'
import { Known, quarantineQueries } from '../log/quarantine.ts'
import { outbox } from '../outbox.ts'
import { privacyQueries } from '../people/queries.ts'
import { standingQueries } from '../standing/queries.ts'
import { connectTo, type Database, type OpenOptions } from './connection.ts'
import { shielded } from './failure.ts'
import { excessRights } from './rights.ts'
import { type Committed, transactions } from './transaction.ts'

export type StoreHandle = Awaited<ReturnType<typeof openStore>>
export type Store = Omit<StoreHandle, 'ping' | 'checkRights' | 'close'>

/**
 * Throws `StoreDown` when the database cannot be reached now; later losses are reconnected. `onCommitted` is told
 * what every commit of this process has left to do.
 */
export async function openStore({
  onCommitted = () => {},
  ...options
}: OpenOptions & { readonly onCommitted?: (news: Committed) => void }) {
  const connections = await connectNow(options)
  const { db } = connections
  const known = new Known()
  return {
    transaction: transactions(connections, known, onCommitted),
    reads: shielded(accessQueries(db)),
    audit: shielded(auditQueries(db)),
    proof: shielded(proofQueries(db)),
    claims: shielded(claims(db, known, onCommitted)),
    evidence: shielded(evidenceQueries(db)),
    deliveries: shielded(deliveryQueue(db, known)),
    dues: shielded(dueQueries(db)),
    preApprovals: shielded(preApprovalQueries(db)),
    questions: shielded(questionQueries(db)),
    outbox: shielded(outbox(db, known)),
    quarantine: {
      ...shielded(quarantineQueries(db, known)),
      /**
       * From now on every change through this store requires that the log has this leaf as its `size`-th. So a
       * restore under a running replica stops it immediately, before the replica has checked for one.
       */
      remember: (size: number, leafHash: Uint8Array): void => known.remember(size, leafHash),
    },
    standing: shielded(standingQueries(db)),
    activity: shielded(activityQueries(db)),
    privacy: shielded(privacyQueries(db)),
    ...shielded({
      /** Throws `StoreDown` when the database does not answer. */
      ping: () => ping(db),
      /** What this login may do too much, and what the server keeps too little; a `fault` means: do not start. */
      checkRights: () => excessRights(db),
    }),
    close: () => connections.close(),
  }
}

export type ProofStoreHandle = Awaited<ReturnType<typeof openProofStore>>

/**
 * The proofs' part of the store with a connection of its own: long reads that a click must not wait for. Throws
 * `StoreDown` when the database cannot be reached.
 */
export async function openProofStore(options: OpenOptions) {
  const patience = { connect: 5_000, statement: 60_000 }
  const connections = await connectNow({ poolSize: 2, patience, ...options })
  return { ...shielded(proofQueries(connections.db)), close: () => connections.close() }
}

async function connectNow(options: OpenOptions) {
  const connections = connectTo(options)
  try {
    await shielded({ ping: () => ping(connections.db) }).ping()
    return connections
  } catch (error) {
    await connections.close()
    throw error
  }
}

async function ping(db: Database): Promise<void> {
  await db.selectNoFrom([]).execute()
}
