/** What is erased goes with the event that says so, and `audit verify` tells it from what somebody removed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRefused } from '../../../src/core/refusal.ts'
import { applyRetention, type Erased, erasePerson } from '../../../src/operations/people/privacy.ts'
import { audit } from '../../cli/audit-program.ts'
import { type AuditWorld, auditWorld } from '../../cli/audit-world.ts'
import { execute, query } from '../../support/postgres.ts'
import { addEvents, asSuperuser } from '../checkpoint/real-log.ts'

let world: AuditWorld
let vkey: string
beforeAll(async () => {
  world = await auditWorld()
  vkey = (await world.signedLog()).vkey
}, 60_000)
afterAll(() => world?.end())

const rows = <Row>(sql: string) => query<Row>(world.url, sql)
const texts = async () =>
  (
    await rows<{ name: string }>(
      "select index || ':' || field as name from audit.secret order by index, field",
    )
  ).map((row) => row.name)
const lastEvent = async () =>
  JSON.parse(
    (await rows<{ bytes: string }>('select bytes from audit.body order by index desc limit 1'))[0]?.bytes ??
      '{}',
  )
const verify = async () => {
  await audit(world.env, ['checkpoint'])
  const ran = await audit(world.env, ['verify', '--json', '--vkey', vkey])
  return { ...JSON.parse(ran.out), code: ran.code }
}
const erase = (person: string, more: { dryRun?: boolean; reason?: string } = {}) =>
  erasePerson(world.store, { person, reason: 'asked for by mail', by: 'olga', dryRun: false, ...more })

test('an erasure takes the texts of one person, says which, and breaks no proof', async () => {
  const before = await texts()
  expect(await verify()).toMatchObject({ ok: true, erased: 0, texts: before.length })
  const would = (await erase('U1', { dryRun: true })) as Erased
  expect(await texts()).toEqual(before)

  const erased = await erase('U1')
  expect(erased).toMatchObject({ texts: would.texts })
  const his = (
    await rows<{ index: string }>(
      "select index::text from audit.body where subject = 'U1' and bytes like '%reason_c%' and type = 'request.created'",
    )
  ).map((row) => `${row.index}:reason`)
  expect(his.length).toBeGreaterThan(2)
  expect(would.texts).toBe(his.length)
  expect((await texts()).filter((one) => his.includes(one))).toEqual([])
  expect(await lastEvent()).toMatchObject({
    type: 'privacy.erased',
    actor: { kind: 'operator', id: 'olga' },
    subject: 'U1',
    detail: { erased: his, part: 1, parts: 1 },
  })
  expect((await texts()).length).toBe(before.length - his.length + 1)
  expect(JSON.stringify(await lastEvent())).not.toContain('asked for by mail')
  expect(await verify()).toMatchObject({
    ok: true,
    code: 0,
    erased: his.length,
    texts: before.length - his.length + 1,
  })
})

test('a text that somebody else removed is a fault, and stays one beside those erased on purpose', async () => {
  const [one = ''] = await texts()
  const [index, field] = one.split(':')
  const [kept] = await rows<{ salt: string; content: string }>(
    `select encode(salt, 'hex') as salt, content from audit.secret where index = ${index}`,
  )
  await asSuperuser(world.url, [`delete from audit.secret where index = ${index} and field = '${field}'`])
  const found = await verify()
  expect(found).toMatchObject({ ok: false, code: 1 })
  expect(found.faults).toEqual([expect.objectContaining({ kind: 'text-gone', index: Number(index) })])
  const words = (await audit(world.env, ['verify', '--vkey', vkey])).out
  expect(words).toContain(
    `✗ a private text of event ${index} (${field}) is gone, and no event says that it was erased`,
  )
  expect(words).toMatch(/\d+ private texts? erased on purpose/)
  await asSuperuser(world.url, [
    `insert into audit.secret values (${index}, '${field}', decode('${kept?.salt}', 'hex'), '${kept?.content}')`,
  ])
  expect(await verify()).toMatchObject({ ok: true })
})

test('the application cannot erase without an event that names it, nor name what it does not erase', async () => {
  const login = `eraser_${new URL(world.url).pathname.slice(1)}`
  await execute(world.url, `create role ${login} login password 'x' in role elevate_app`)
  const url = new URL(world.url)
  url.username = login
  url.password = 'x'
  try {
    const before = await texts()
    const event = (type: string, erased: unknown) =>
      `select audit.erase('${JSON.stringify({ actor: { id: 'x', kind: 'system' }, detail: { erased }, index: '', time: '', type, v: 1 })}', '[]')`
    await expect(execute(url.href, `delete from audit.secret`)).rejects.toMatchObject({ code: '42501' })
    await expect(execute(url.href, event('grant.activated', [before[0]]))).rejects.toMatchObject({
      constraint: 'an_erasure_says_what_it_erases',
    })
    await expect(execute(url.href, event('privacy.erased', 'all'))).rejects.toMatchObject({
      constraint: 'an_erasure_says_what_it_erases',
    })
    for (const wrong of [[before[0], '999999:reason'], [before[0], before[0]], ['0:other']])
      await expect(execute(url.href, event('privacy.erased', wrong))).rejects.toMatchObject({
        constraint: 'an_erasure_erases_what_it_says',
      })
    expect(await texts()).toEqual(before)
    await execute(url.href, event('privacy.erased', [before[0]]))
    expect(await texts()).toEqual(before.slice(1))
  } finally {
    await execute(world.url, `drop role ${login}`)
  }
  expect(await verify()).toMatchObject({ ok: true })
})

test('an export says the same: on purpose with its texts, nothing without them', async () => {
  await audit(world.env, ['checkpoint'])
  const whole = await audit(world.env, ['export', '--out', world.out('whole'), '--format', 'jsonl,tiles'])
  expect(whole.code).toBe(0)
  const here = await verify()
  const there = JSON.parse(
    (await audit(world.env, ['verify', '--json', '--export', world.out('whole'), '--vkey', vkey])).out,
  )
  expect(there).toMatchObject({ ok: true, erased: here.erased })
  expect(there.erased).toBeGreaterThan(3)
  await audit(world.env, ['export', '--out', world.out('tiles'), '--format', 'tiles'])
  const bare = JSON.parse(
    (await audit(world.env, ['verify', '--json', '--export', world.out('tiles'), '--vkey', vkey])).out,
  )
  expect(bare).toMatchObject({ ok: true, texts: 0 })
})

test('more texts than one event can name are erased by several, in one transaction', {
  timeout: 60_000,
}, async () => {
  await execute(
    world.url,
    `
    do $$ declare salt bytea; begin
      for n in 1 .. 1200 loop
        salt := sha256(n::text::bytea);
        perform audit.append(array['{"actor":{"id":"U7","kind":"person"},"index":"","reason_c":"' || encode(sha256(salt || 'x'), 'hex') || '","subject":"U7","time":"","type":"request.created","v":1}'],
          jsonb_build_array(jsonb_build_object('event', 1, 'field', 'reason', 'salt', encode(salt, 'hex'), 'content', 'x')));
      end loop; end $$`,
  )
  expect(await erase('U7')).toMatchObject({ texts: 1200 })
  const parts = await rows<{ bytes: string }>(
    "select bytes from audit.body where type = 'privacy.erased' and subject = 'U7' order by index",
  )
  expect(parts.map((row) => JSON.parse(row.bytes).detail.erased.length)).toEqual([1000, 200])
  expect(await verify()).toMatchObject({ ok: true })
})

test('nothing is erased without a reason', async () => {
  await expect(erase('U2', { reason: ' ' })).rejects.toMatchObject({ refused: { code: 'reason-missing' } })
})

test('retention erases what is older than the configuration keeps it, once a day, and says so', async () => {
  await addEvents(world.store, 4)
  const keeping = (seconds: number) => ({
    store: world.store,
    catalog: () => ({ hash: 'h', retention: { privateTexts: seconds } }) as never,
  })
  const before = await texts()
  expect(await applyRetention(keeping(3600))).toMatchObject({ texts: 0 })
  expect(await applyRetention(keeping(0))).toMatchObject({ texts: 0 })
  await asSuperuser(world.url, ["update audit.body set time = time - interval '2 hours' where index < 12"])
  const old = before.filter((one) => Number(one.split(':')[0]) < 12)
  expect(old.length).toBeGreaterThan(0)
  expect(await applyRetention(keeping(3600), { force: true })).toMatchObject({ texts: old.length })
  await asSuperuser(world.url, ["update audit.body set time = time + interval '2 hours' where index < 12"])
  expect(await texts()).toEqual(before.filter((one) => !old.includes(one)))
  expect(await lastEvent()).toMatchObject({
    type: 'retention.applied',
    actor: { id: 'retention' },
    detail: { kind: 'private_texts', erased: old },
  })
  expect(isRefused(await verify())).toBe(false)
  expect(await verify()).toMatchObject({ ok: true })
})
