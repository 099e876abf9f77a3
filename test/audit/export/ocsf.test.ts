// Every event type in every supported version of OCSF has what its class demands, and nothing that the version lacks.
import { describe, expect, test } from 'vitest'
import { toOcsf } from '../../../src/audit/export/ocsf.ts'
import { canonicalJson, type Json } from '../../../src/core/json.ts'
import { auditEventTypes } from '../../../src/core/log/audit-event.ts'
import type { StoredLeaf } from '../../../src/core/log/audit-proof.ts'
import { OCSF_VERSIONS, readOcsfVersion } from '../../../src/core/log/ocsf-version.ts'
import { must } from '../../support/must.ts'

type Event = { readonly [key: string]: Json }

const BASE = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid']
/** By the schema's own files: what each class requires beside the base event, and which activities it knows. */
const CLASSES: Record<
  number,
  { required: readonly string[]; activities: readonly number[]; versions: RegExp }
> = {
  3004: { required: ['entity'], activities: [1, 2, 3, 4], versions: /./ },
  // `privileges` is required up to 1.2.
  3005: { required: ['user', 'privileges'], activities: [1, 2], versions: /^1\.[1-8]\./ },
  3007: { required: ['user', 'iam_roles'], activities: [16, 17], versions: /^1\.9\./ },
}
/** Attributes that a version does not have yet, or not any more. */
const ABSENT: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^1\.[1-4]\./, ['resources']],
  [/^1\.[5-9]\./, ['resource']],
  [/^1\.[1-8]\./, ['iam_roles']],
]

const leaf = (type: string, more: Event = {}, texts: StoredLeaf['texts'] = []): StoredLeaf => {
  const bytes = canonicalJson({
    v: 1,
    id: '5b7d3a3e-0000-4000-8000-000000000000',
    index: '12',
    time: '2026-11-23T10:40:00.123456Z',
    type,
    actor: { kind: 'person', id: 'U0BEN' },
    subject: 'U0ADA',
    target: 'orders-db',
    role: 'read',
    account: 'elv_ada_1',
    request: 'R-1',
    grant: 'G-1',
    policy: 'ab'.repeat(32),
    ...more,
  })
  return { index: 12, bytes, leafHash: Buffer.alloc(32, 7), texts }
}
const mapped = (one: StoredLeaf, version = '1.8.0') =>
  must(toOcsf(one, must(readOcsfVersion(version)))) as Event

describe.each(OCSF_VERSIONS)('OCSF %s', (version) => {
  test.each(auditEventTypes)('%s has what its class requires', (type) => {
    const event = mapped(leaf(type), version)
    const known = must(CLASSES[Number(event.class_uid)])
    expect(version).toMatch(known.versions)
    for (const name of [...BASE, ...known.required]) expect(event[name], name).toBeDefined()
    expect(known.activities).toContain(event.activity_id)
    expect(event.type_uid).toBe(Number(event.class_uid) * 100 + Number(event.activity_id))
    expect(event.category_uid).toBe(3)
    expect(event.time).toBe(Date.UTC(2026, 10, 23, 10, 40, 0, 123))
    expect(event.metadata).toMatchObject({
      version,
      product: { name: 'elevate', vendor_name: 'elevate' },
      uid: '5b7d3a3e-0000-4000-8000-000000000000',
      sequence: 12,
    })
    for (const [which, names] of ABSENT)
      if (which.test(version)) for (const name of names) expect(event, name).not.toHaveProperty(name)
    expect(JSON.parse(JSON.stringify(event))).toEqual(event)
  })
})

test('granted and revoked access names the user, the account, the role and the target', () => {
  expect(mapped(leaf('grant.activated', { outcome: 'granted' }))).toMatchObject({
    class_uid: 3005,
    activity_id: 1,
    user: { uid: 'U0ADA', account: { name: 'elv_ada_1' } },
    privileges: ['read'],
    resources: [{ name: 'orders-db' }],
    actor: { user: { uid: 'U0BEN', type_id: 1 } },
    status_id: 1,
  })
  expect(mapped(leaf('grant.revoked', { outcome: 'taken' }), '1.9')).toMatchObject({
    class_uid: 3007,
    activity_id: 17,
    iam_roles: [{ name: 'read', uid: 'orders-db/read' }],
  })
})

test('a grant that is over while the target was left as it is does not say that access was taken', () => {
  for (const outcome of ['kept-by-other', 'kept-standing', 'never-given'])
    expect(mapped(leaf('grant.revoked', { outcome })), outcome).toMatchObject({
      class_uid: 3004,
      activity_id: 3,
    })
})

test('what was refused failed, what somebody tried weighs more, and what is stuck weighs most', () => {
  expect(mapped(leaf('request.refused', { outcome: 'bad-duration' }))).toMatchObject({
    status_id: 2,
    severity_id: 2,
    status_code: 'bad-duration',
  })
  expect(mapped(leaf('decision.refused', { outcome: 'self-approval' }))).toMatchObject({
    status_id: 2,
    severity_id: 3,
  })
  const stuck = mapped(leaf('grant.stuck', { detail: { error: 'no route' } }))
  expect(stuck).toMatchObject({ status_id: 2, severity_id: 4, status_detail: 'no route', activity_id: 2 })
  expect(mapped(leaf('config.loaded', { outcome: 'refused' }))).toMatchObject({ status_id: 2 })
  expect(mapped(leaf('config.loaded', { outcome: 'start' }))).toMatchObject({ status_id: 1, severity_id: 1 })
})

test('nothing of the event is lost: its bytes are there, and what OCSF has no field for is under unmapped', () => {
  const one = leaf('request.created', { detail: { duration_s: 1800 }, reason_c: 'cd'.repeat(32) }, [
    { field: 'reason', salt: '00'.repeat(32), content: 'fix INC-1' },
  ])
  const event = mapped(one)
  expect(event).toMatchObject({
    comment: 'fix INC-1',
    raw_data: one.bytes,
    unmapped: {
      detail: { duration_s: 1800 },
      policy: 'ab'.repeat(32),
      reason_c: 'cd'.repeat(32),
      leaf_hash: '07'.repeat(32),
      private: [{ field: 'reason', content: 'fix INC-1' }],
    },
  })
})

test('a type that this version does not know is passed on, and an erased event is left out', () => {
  expect(mapped(leaf('moon.landed'))).toMatchObject({
    class_uid: 3004,
    metadata: { event_code: 'moon.landed' },
  })
  expect(toOcsf({ index: 1, bytes: undefined, leafHash: undefined, texts: [] }, '1.8.0')).toBeUndefined()
})

test('a version is written with two or three numbers', () => {
  expect(readOcsfVersion('1.8')).toBe('1.8.0')
  expect(readOcsfVersion('1.1.0')).toBe('1.1.0')
  for (const wrong of ['1', '2.0', '1.10', '1.8.1', '1.0', '', 'latest'])
    expect(readOcsfVersion(wrong), wrong).toBeUndefined()
})
