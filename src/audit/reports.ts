import type { Grant } from '../core/access/grant.ts'
import type { Store } from '../store/database/open-store.ts'
import { keptCheckpoint } from './checkpoint/checkpoint.ts'
import { everyEntry } from './evidence/activity-file.ts'
import { buildEvidence, type EvidenceJob } from './evidence/build.ts'
import { readDigest } from './report/digest.ts'
import { storyOf, whatHappened, whoHad } from './report/who.ts'

/** What the log and the rows prove, for doors, which never see the store. */
export type Reports = ReturnType<typeof bindReports>

export function bindReports(store: Store) {
  return {
    whoHad: (...ask: Rest<typeof whoHad>) => whoHad(store, ...ask),
    whatHappened: (...ask: Rest<typeof whatHappened>) => whatHappened(store, ...ask),
    storyOf: (...ask: Rest<typeof storyOf>) => storyOf(store, ...ask),
    readDigest: (...ask: Rest<typeof readDigest>) => readDigest(store, ...ask),
    /** Undefined where nothing was collected. */
    recordOf: async (grant: Grant) => {
      const [summary, check] = [await store.activity.summary(grant.id), await store.activity.check(grant)]
      if (!summary || !check) return undefined
      return { summary, check, entries: await everyEntry(store.activity, grant.id) }
    },
    keptCheckpoint: () => keptCheckpoint(store.proof),
    buildEvidence: (job: Omit<EvidenceJob, 'store' | 'proof'>) =>
      buildEvidence({ store, proof: store.proof, ...job }),
  }
}

type Rest<F> = F extends (store: never, ...rest: infer R) => unknown ? R : never
