// `elevate audit verify` and `checkpoint` from end to end: a real database, its owner as the attacker, and the answer
// that an operator reads.
import { stat, truncate, writeFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { asSuperuser, RECOMPUTE } from '../audit/checkpoint/real-log.ts'
import { audit, auditProcess } from './audit-program.ts'
import { type AuditWorld, auditWorld } from './audit-world.ts'

let world: AuditWorld

beforeEach(async () => {
  world = await auditWorld()
  return () => world.end()
})

describe('verify, online', () => {
  test('says that all is right, and how far it is proven', async () => {
    const { vkey, posted } = await world.signedLog()
    const { code, out, err } = await audit(world.env, ['verify'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('The log is as it was signed.')
    expect(out).toContain('22 events read')
    expect(out).toContain('Events 0 to 19 are proven; 2 newer events not signed yet.')
    expect(out).toContain(vkey)
    const pasted = await auditProcess(
      world.env,
      ['verify', '--checkpoint', '-', '--vkey', vkey, '--json'],
      `In #elevate-security:\n\n\`\`\`\n${posted}\`\`\`\n`,
    )
    expect(pasted.code).toBe(0)
    expect(JSON.parse(pasted.out)).toMatchObject({
      ok: true,
      size: 22,
      proven: 20,
      texts: 11,
      // Two in the database, two in the anchor file, one pasted.
      checkpoints: { good: 5, given: 3, bad: 0 },
      keys: [vkey],
    })
  })

  test('a note that a power cut tore in the anchor file is reported, and is no fault of the log', async () => {
    await world.signedLog()
    const anchor = world.env.ELEVATE_AUDIT_ANCHOR_FILE ?? ''
    await truncate(anchor, (await stat(anchor)).size - 20)
    const { code, out } = await audit(world.env, ['verify'])
    expect(out).toContain('Note: ')
    expect(out).toContain('has 1 that cannot be read')
    expect(code).toBe(0)
  })

  const change = `replace(bytes, '"orders-db"', '"payroll"')`
  const rehash = `update audit.leaf set leaf_hash = sha256('\\x00'::bytea || convert_to(bytes, 'UTF8'))
    from audit.body where body.index = leaf.index`
  const attacks: Record<string, { does: readonly string[]; says: RegExp; pastedOnly?: boolean }> = {
    'an edited event': {
      does: [`update audit.body set bytes = ${change}, target = 'payroll' where index in (6, 7)`],
      says: /event [67] was changed after it was signed/,
    },
    'an edited event with its hash': {
      does: [`update audit.body set bytes = ${change}, target = 'payroll' where index in (6, 7)`, rehash],
      says: /the first 12 events are not the ones/,
    },
    'a deleted event': {
      does: ['delete from audit.body where index = 9', 'delete from audit.leaf where index = 9'],
      says: /event 9 is missing/,
    },
    'a deleted event, everything renumbered and recomputed': {
      does: ['delete from audit.body where index = 15', ...RECOMPUTE],
      says: /the first 20 events are not the ones .*; the first 12 are/,
    },
    'a tail cut off below the last checkpoint': {
      does: ['delete from audit.body where index >= 17', 'delete from audit.leaf where index >= 17'],
      says: /20 events were signed, and there are 17: the end is missing from event 17 on/,
    },
    'two events that changed places': {
      does: [
        'update audit.body set index = 1000 where index = 3',
        'update audit.body set index = 3 where index = 4',
        'update audit.body set index = 4 where index = 1000',
        rehash,
      ],
      says: /event 3 says that it is another one/,
    },
    'a full rewrite that takes the checkpoints with it': {
      does: [
        `update audit.body set bytes = ${change}, target = 'payroll' where target = 'orders-db'`,
        ...RECOMPUTE,
        'truncate audit.checkpoint',
      ],
      says: /the first 20 events are not the ones/,
      pastedOnly: true,
    },
    'a reason in other words': {
      does: [`update audit.secret set content = 'nothing to see' where index in (2, 3)`],
      says: /a private text of event [23] \(reason\) is not the one that was written/,
    },
    'an event hidden from searches': {
      does: [`update audit.body set subject = null, actor = 'U0' where index = 5`],
      says: /event 5 is searched by a actor|event 5 is searched by a subject/,
    },
    'an event without a hash, slipped in at the end': {
      does: [
        `insert into audit.body select 22, replace(bytes, '"21"', '"22"'), time, type, actor, subject, target, role, request
          from audit.body where index = 21`,
      ],
      says: /event 22 has no hash in the tree/,
    },
  }
  for (const [what, { does, says, pastedOnly }] of Object.entries(attacks))
    test(`finds ${what}`, async () => {
      const { posted, vkey } = await world.signedLog()
      expect((await audit(world.env, ['verify'])).code).toBe(0)
      await asSuperuser(world.url, does)
      // The pasted checkpoint alone is enough where the attacker has the machine, too.
      if (pastedOnly) await writeFile(world.env.ELEVATE_AUDIT_ANCHOR_FILE ?? '', '')
      await writeFile(world.out('posted'), posted)
      const found = await audit(world.env, ['verify', '--checkpoint', world.out('posted'), '--vkey', vkey])
      expect(found.code).toBe(1)
      expect(found.out).toContain('NOT as it was signed')
      expect(found.out).toMatch(says)
    })

  test('a rewriting that is consistent passes only while no checkpoint from outside is given', async () => {
    const { posted } = await world.signedLog()
    await asSuperuser(world.url, [
      `update audit.body set bytes = ${change}, target = 'payroll' where target = 'orders-db'`,
      ...RECOMPUTE,
      'truncate audit.checkpoint',
    ])
    await writeFile(world.env.ELEVATE_AUDIT_ANCHOR_FILE ?? '', '')
    await audit(world.env, ['checkpoint'])
    // Whoever has database, machine and key can lie to the machine's owner, not to the channel's readers.
    expect((await audit(world.env, ['verify'])).code).toBe(0)
    await writeFile(world.out('posted'), posted)
    const found = await audit(world.env, ['verify', '--checkpoint', world.out('posted')])
    expect(found.out).toContain('the first 20 events')
    expect(found.code).toBe(1)
  })
})

describe('checkpoint', () => {
  test('is refused, with what happened, when the database was restored', async () => {
    await world.signedLog()
    await asSuperuser(world.url, [
      'delete from audit.body where index >= 14',
      'delete from audit.leaf where index >= 14',
      'delete from audit.checkpoint where size > 14',
    ])
    const { code, err } = await audit(world.env, ['checkpoint'])
    expect(code).toBe(1)
    expect(err).toContain('the log has 14 events, but 20 were signed')
    const json = await audit(world.env, ['checkpoint', '--json'])
    expect(json.code).toBe(1)
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, why: 'restored', signed: 20, size: 14 })
  })

  test('needs a key, and says how to come by one', async () => {
    const { code, err } = await audit(world.env, ['checkpoint'])
    expect(code).toBe(1)
    expect(err).toContain('ELEVATE_AUDIT_KEY_FILE')
  })
})
