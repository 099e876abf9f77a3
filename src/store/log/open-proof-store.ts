/** The proofs' part of the store with a connection of its own: long reads that a click must not wait for. */
import { sql } from 'kysely'
import type { ProofStore } from '../../core/log/audit-proof.ts'
import { connectTo, type OpenOptions } from '../database/connection.ts'
import { shielded } from '../database/failure.ts'
import { proofStore } from './checkpoints.ts'

const PATIENCE = { connect: 5_000, statement: 60_000 }

export type ProofStoreHandle = ProofStore & { close(): Promise<void> }

/** Throws `StoreDown` when the database cannot be reached. */
export async function openProofStore(options: OpenOptions): Promise<ProofStoreHandle> {
  const connections = connectTo({ poolSize: 2, patience: PATIENCE, ...options })
  const { ping } = shielded({ ping: () => sql`select`.execute(connections.db) })
  try {
    await ping()
  } catch (error) {
    await connections.close()
    throw error
  }
  return { ...shielded(proofStore(connections.db)), close: () => connections.close() }
}
