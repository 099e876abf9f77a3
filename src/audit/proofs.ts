import type { Store } from '../store/database/open-store.ts'
import type { ProofStore } from '../store/log/checkpoints.ts'
import { keptCheckpoint } from './checkpoint/checkpoint.ts'
import { checkpointSigner, type SignerParts } from './checkpoint/sign-checkpoint.ts'
import { buildEvidence, type EvidenceJob } from './evidence/build.ts'
import { exportTiles, type TilesExport } from './export/export-tiles.ts'
import { ocsfPieces } from './export/ocsf.ts'
import { csvPieces, jsonlPieces } from './export/rows.ts'
import { databaseSource } from './tree/log-source.ts'
import type { RowsExport } from './tree/pages.ts'
import { ProofMaker } from './tree/proof.ts'

/** The whole log, to be signed, checked and taken along by operators, who never see the store. */
export type Proofs = ReturnType<typeof bindProofs>

/** `proof` has the patience for long reads. */
export function bindProofs(store: Store, proof: ProofStore) {
  return {
    size: () => proof.size(),
    leaves: (...ask: Parameters<ProofStore['leaves']>) => proof.leaves(...ask),
    matching: (...ask: Parameters<ProofStore['matching']>) => proof.matching(...ask),
    aboutCheckpoints: (...ask: Parameters<ProofStore['aboutCheckpoints']>) => proof.aboutCheckpoints(...ask),
    keptCheckpoint: () => keptCheckpoint(proof),
    signer: (parts: Omit<SignerParts, 'proof'>) => checkpointSigner({ proof, ...parts }),
    source: () => databaseSource(proof),
    proofMaker: (...[checkpoint, onProgress]: Rest<typeof ProofMaker.over>) =>
      ProofMaker.over(proof, checkpoint, onProgress),
    csvPieces: (job: Omit<RowsExport, 'proof'>) => csvPieces({ proof, ...job }),
    jsonlPieces: (job: Omit<RowsExport, 'proof'>) => jsonlPieces({ proof, ...job }),
    ocsfPieces: (job: Omit<RowsExport, 'proof'>, ...version: Rest<typeof ocsfPieces>) =>
      ocsfPieces({ proof, ...job }, ...version),
    exportTiles: (job: Omit<TilesExport, 'proof'>) => exportTiles({ proof, ...job }),
    buildEvidence: (job: Omit<EvidenceJob, 'store' | 'proof'>) => buildEvidence({ store, proof, ...job }),
  }
}

type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never
