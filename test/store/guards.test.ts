// What the database refuses, whoever asks: moves outside the lifecycle, changes of what was decided, skipped versions.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  edges,
  grantMoves,
  grantStates,
  requestMoves,
  requestStates,
  reviewMoves,
  reviewStates,
} from '../../src/core/access/lifecycle.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase, query } from '../support/postgres.ts'
import { activeGrant, endGrant, openGrant, openRequest, someone } from './samples.ts'

let database: FreshDatabase
let store: StoreHandle

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

test('the triggers know the same edges as core', async () => {
  const [known] = await query<{ request: string[]; grant: string[]; review: string[] }>(
    database.url,
    `select elevate.request_edges() as request, elevate.grant_edges() as "grant",
       elevate.review_edges() as review`,
  )
  expect(known?.request.toSorted()).toEqual(edges(requestMoves))
  expect(known?.grant.toSorted()).toEqual(edges(grantMoves))
  expect(known?.review.toSorted()).toEqual(edges(reviewMoves))
})

test('the named checks know the same states as core', async () => {
  const rows = await query<{ name: string; check: string }>(
    database.url,
    `select conname as name, pg_get_constraintdef(oid) as check from pg_constraint where conname like 'only_known_%_states'`,
  )
  const states = (name: string) =>
    [...must(rows.find((row) => row.name === name)).check.matchAll(/'([a-z]+)'/g)].map((match) => match[1])
  expect(states('only_known_request_states')).toEqual([...requestStates])
  expect(states('only_known_grant_states')).toEqual([...grantStates])
  expect(states('only_known_review_states')).toEqual([...reviewStates])
})

/** The other columns a state needs, so that a refusal can only come from the trigger. */
const SHAPE: Record<string, string> = {
  offered: 'closed_at = null',
  pending: 'closed_at = null',
  provisioning:
    'end_reason = null, due_at = null, revoked_at = null, end_outcome = null, late_by_ms = null, wake_at = now()',
  active: `account = coalesce(account, 'a'), activated_at = coalesce(activated_at, created_at),
    expires_at = coalesce(expires_at, created_at + make_interval(secs => duration_s)), end_reason = null, due_at = null,
    revoked_at = null, end_outcome = null, late_by_ms = null, wake_at = now()`,
  revoking: `end_reason = coalesce(end_reason, 'returned'), due_at = coalesce(due_at, now()), revoked_at = null,
    end_outcome = null, late_by_ms = null, wake_at = now()`,
  revoked: `end_reason = coalesce(end_reason, 'returned'), due_at = coalesce(due_at, now()), revoked_at = now(),
    end_outcome = 'taken', late_by_ms = 0, wake_at = null`,
}

function pathTo(at: string, to: string): string[] {
  return at === 'offered' && !['pending', 'declined', 'lapsed', 'withdrawn'].includes(to)
    ? ['pending', to]
    : [to]
}

describe('a superuser by hand can make the lifecycle’s moves and no other', () => {
  test('of requests', async () => {
    const allowed = edges(requestMoves)
    for (const from of requestStates) {
      for (const to of requestStates.filter((state) => state !== from)) {
        // What somebody asked for himself never was an offer.
        const offer = [from, to].some((state) => state === 'offered' || state === 'declined')
        const { id } = await openRequest(store, offer ? { askedBy: someone() } : {})
        const go = (state: string) =>
          execute(
            database.url,
            `update elevate.request set state = '${state}', version = version + 1,
             ${SHAPE[state] ?? 'closed_at = now()'} where id = '${id}'`,
          )
        const at = offer ? 'offered' : 'pending'
        for (const step of from === at ? [] : pathTo(at, from)) await go(step)
        if (allowed.includes(`${from}>${to}`)) await go(to)
        else await expect(go(to)).rejects.toThrow(/stays as it is|cannot go from/)
      }
    }
  })

  test('of grants', async () => {
    const allowed = edges(grantMoves)
    const paths = {
      provisioning: [],
      active: ['active'],
      revoking: ['revoking'],
      revoked: ['revoking', 'revoked'],
    }
    for (const from of grantStates) {
      for (const to of grantStates.filter((state) => state !== from)) {
        const { id } = await openGrant(store)
        const go = (state: string) =>
          execute(
            database.url,
            `update elevate.access_grant set state = '${state}', version = version + 1, ${SHAPE[state]} where id = '${id}'`,
          )
        for (const step of paths[from]) await go(step)
        if (allowed.includes(`${from}>${to}`)) await go(to)
        else await expect(go(to)).rejects.toThrow(/stays as it is|cannot go from/)
      }
    }
  })
})

describe('what was asked for and decided does not change', () => {
  const changes = {
    request: {
      requester: `'U9'`,
      target: `'x'`,
      role: `'x'`,
      duration_s: '1',
      reason: `'x'`,
      policy_name: `'x'`,
      policy_hash: `'x'`,
      created_at: `created_at - interval '1 s'`,
      lapses_at: `lapses_at + interval '1 s'`,
      cards: `'{}'`,
      id: 'gen_random_uuid()',
    },
    access_grant: {
      person: `'U9'`,
      target: `'x'`,
      role: `'x'`,
      duration_s: '1',
      entitlement: `'{"group":"admins"}'`,
      subject: `'{}'`,
      policy_hash: `'x'`,
      request_id: 'gen_random_uuid()',
      not_after: `not_after + interval '1 s'`,
      provision_by: `provision_by + interval '1 s'`,
      account: `'somebody-else'`,
      expires_at: `expires_at - interval '1 s'`,
      activated_at: `activated_at - interval '1 s'`,
    },
  }
  for (const [table, columns] of Object.entries(changes)) {
    test(`in ${table}: ${Object.keys(columns).join(', ')}`, async () => {
      const { id } = table === 'request' ? await openRequest(store) : await activeGrant(store)
      for (const [column, value] of Object.entries(columns)) {
        const change = execute(
          database.url,
          `update elevate.${table} set ${column} = ${value}, version = version + 1 where id = '${id}'`,
        )
        await expect(change, column).rejects.toThrow(/does not change|set once/)
      }
    })
  }
})

test('a version is followed by the next one only', async () => {
  const request = await openRequest(store)
  const grant = await openGrant(store)
  for (const step of ['version', 'version + 2', 'version - 1']) {
    await expect(
      execute(database.url, `update elevate.request set version = ${step} where id = '${request.id}'`),
    ).rejects.toThrow('must follow')
    await expect(
      execute(database.url, `update elevate.access_grant set version = ${step} where id = '${grant.id}'`),
    ).rejects.toThrow('must follow')
  }
})

test('why and when access ended is said once', async () => {
  const ended = await endGrant(store, await activeGrant(store))
  for (const change of [`end_reason = 'expired'`, `ended_by = 'U9'`, `due_at = due_at + interval '1 h'`])
    await expect(
      execute(
        database.url,
        `update elevate.access_grant set ${change}, version = version + 1 where id = '${ended.id}'`,
      ),
    ).rejects.toThrow('set once')
})

test('requests, decisions and grants are never deleted, decisions never changed', async () => {
  await openGrant(store)
  for (const table of ['request', 'decision', 'access_grant'])
    await expect(execute(database.url, `delete from elevate.${table}`)).rejects.toThrow('is history')
  await expect(execute(database.url, `update elevate.decision set verdict = 'deny'`)).rejects.toThrow(
    'is history',
  )
})

test('a live grant without a moment to look at it cannot be stored', async () => {
  const { id } = await openGrant(store)
  await expect(
    execute(
      database.url,
      `update elevate.access_grant set wake_at = null, version = version + 1 where id = '${id}'`,
    ),
  ).rejects.toThrow('every_live_grant_is_looked_at_again')
})

test('numbers that a restore skips are never used again, and the count has a limit', async () => {
  const before = await openRequest(store)
  for (const count of ['-5', '1000000001', 'null'])
    await expect(execute(database.url, `select elevate.skip_numbers(${count})`)).rejects.toThrow(
      /^cannot skip .* numbers/,
    )
  await execute(database.url, 'select elevate.skip_numbers(1000)')
  const after = await openRequest(store)
  expect(after.number).toBeGreaterThan(before.number + 1000)
})
