import type { GrantId, PreApprovalId, QuestionId, ReportId, RequestId, StandingId } from '../core/ids.ts'
import type { Lane, OutboxMessage } from '../core/notice.ts'
import type { PersonId } from '../core/people/person.ts'
import type { Posted } from '../core/reads.ts'
import type { Store } from '../store/database/open-store.ts'
import { listPreApprovals } from './access/decide/pre-approvals.ts'
import { listAccess } from './access/list-access.ts'
import { readCard } from './access/read-card.ts'
import { offersTo, previewAsk, suggestPeople } from './access/request/preview-ask.ts'
import type { World } from './world.ts'

/** What a door may read, and where it notes what it posted. Nobody's rights are judged here: doors draw with it. */
export type Queries = ReturnType<typeof bindQueries>

export function bindQueries(world: World) {
  const { store } = world
  return {
    listAccess: (...ask: Rest<typeof listAccess>) => listAccess(world, ...ask),
    listPreApprovals: (...ask: Rest<typeof listPreApprovals>) => listPreApprovals(world, ...ask),
    offersTo: (...ask: Rest<typeof offersTo>) => offersTo(world, ...ask),
    previewAsk: (...ask: Rest<typeof previewAsk>) => previewAsk(world, ...ask),
    readCard: (...ask: Rest<typeof readCard>) => readCard(world, ...ask),
    suggestPeople: (...ask: Rest<typeof suggestPeople>) => suggestPeople(world, ...ask),
    now: () => store.reads.now(),
    request: (id: RequestId) => store.reads.request(id),
    bundleOf: (id: RequestId) => store.reads.bundleOf(id),
    /** Of requests that were asked for together: the one whose card shows all. */
    leads: (ids: readonly RequestId[]) => store.reads.leads(ids),
    grant: (id: GrantId) => store.reads.grant(id),
    preApproval: (id: PreApprovalId) => store.preApprovals.byId(id),
    question: (id: QuestionId) => store.questions.one(id),
    standingAccess: (id: StandingId) => store.standing.one(id),
    standingReport: (id: ReportId) => store.standing.report(id),
    quarantine: (id: string) => store.quarantine.read(id),
    delivery: async (name: string) => (await store.deliveries.states([name]))[0],
    unmatchedLately: (target: string, account: string) => store.activity.unmatchedLately(target, account),
    lastCheckpoint: () => store.proof.lastCheckpoint(),
    /** Copies of a card: where they are, and whether one is still to be sent. */
    posted: (id: RequestId) => store.reads.posted(id),
    postedIn: (lane: Lane, ids: readonly RequestId[]) => store.reads.postedIn(lane, ids),
    postedEnding: (id: GrantId, lane: Lane) => store.activity.posted(id, lane),
    standingCopies: (id: ReportId) => store.standing.copies(id),
    waits: (told: OutboxMessage) => store.outbox.waits(told),
    savePosted: (copy: Posted) => store.reads.savePosted(copy),
    saveEnding: (copy: Parameters<typeof store.activity.savePosted>[0]) => store.activity.savePosted(copy),
    saveStandingCopy: (copy: Parameters<typeof store.standing.saveCopy>[0]) => store.standing.saveCopy(copy),
    saveCheckpoint: (size: number, place: { readonly channel: string; readonly ts: string }) =>
      store.proof.notePosted(size, place),
    /** Somebody looks at Home: it is kept true from now on. */
    sawHome: (person: PersonId) => store.reads.sawHome(person),
  }
}

type Rest<F> = F extends (world: World, ...rest: infer R) => unknown ? R : never

/** What operators read at the terminal. */
export type OperatorQueries = ReturnType<typeof bindOperatorQueries>

export function bindOperatorQueries(store: Store) {
  return {
    now: () => store.reads.now(),
    liveGrants: () => store.reads.liveGrants(),
    grantByNumber: (number: number) => store.reads.grantByNumber(number),
    /** Undefined is every target. */
    standing: async (target: string | undefined) => {
      const [present, looks] = await Promise.all([store.standing.present(target), store.standing.looks()])
      return { present, looks: looks.filter((look) => target === undefined || look.target === target) }
    },
    quarantine: () => store.quarantine.current(),
    quarantineEvidence: (id: string) => store.quarantine.evidence(id),
    everythingOf: (person: PersonId) => store.privacy.everythingOf(person),
  }
}
