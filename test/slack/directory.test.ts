import { type Simulator, startSimulator } from 'slack-simulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DirectoryDown } from '../../src/core/ports.ts'
import { makeClient } from '../../src/slack/platform/client.ts'
import { makeDirectory, personFrom, type SlackDirectory } from '../../src/slack/platform/directory.ts'
import { ADA, BEN, CHO, DAN, EVE, GIL, workspace } from '../support/workspace.ts'
import { manifest } from './doors-world.ts'

let simulator: Simulator
let directory: SlackDirectory
let now = 0
const log = { debug() {}, info() {}, warn() {}, error() {} }

beforeAll(async () => {
  const more = [
    { id: 'U0STR', name: 'stranger', stranger: true },
    { id: 'U0GONE', name: 'gone', deleted: true },
  ]
  simulator = await startSimulator({
    manifest,
    workspace: { ...workspace, users: [...workspace.users, ...more] },
    pace: 'off',
  })
})
afterAll(() => simulator.stop())
beforeEach(() => {
  now = 0
  const client = makeClient({ token: simulator.botToken, log, apiUrl: simulator.apiUrl })
  directory = makeDirectory({ client, now: () => now })
})

const asked = (method: string) => simulator.control.calls(method).length

describe('a person', () => {
  it.each([
    [ADA, 'member'],
    [GIL, 'guest'],
    ['U0STR', 'stranger'],
    ['U0GONE', 'deactivated'],
    ['U0BOT', 'bot'],
    ['U0NOBODY', 'stranger'],
  ])('%s is a %s', async (id, kind) => {
    expect(await directory.person(id)).toMatchObject({ id, kind })
  })

  it('comes with what connectors need, and a name in which nothing deceives', async () => {
    expect(await directory.person(ADA)).toMatchObject({ name: 'Ada', email: 'ada@acme.example' })
    const odd = { team_id: 'T0ACME', profile: { display_name: 'Al\u202eice\u200b\n(CISO)' } }
    expect(personFrom('U1', odd, 'T0ACME').name).toBe('Alice (CISO)')
    // Whoever calls himself something else today is still known by his full name.
    const disguised = { team_id: 'T0ACME', profile: { real_name: 'Eve Novak', display_name: 'Ben Okafor' } }
    expect(personFrom('U1', disguised, 'T0ACME').name).toBe('Eve Novak')
  })

  it.each([
    [{ team_id: 'T0OTHER' }, 'stranger'],
    [{}, 'stranger'],
    [{ team_id: 'E0ORG', enterprise_user: { teams: ['T0ACME'] } }, 'member'],
    [{ team_id: 'T0ACME', is_ultra_restricted: true }, 'guest'],
    [{ team_id: 'T0ACME', deleted: true, is_bot: true }, 'deactivated'],
  ])('%j is a %s in T0ACME', (user, kind) => {
    expect(personFrom('U1', user, 'T0ACME').kind).toBe(kind)
  })

  it('Slackbot is a bot', () => {
    expect(personFrom('USLACKBOT', { team_id: 'T0ACME' }, 'T0ACME').kind).toBe('bot')
  })

  it('is read again for a decision, once for all callers of that moment', async () => {
    await directory.person(ADA)
    const before = asked('users.info')
    await Promise.all([directory.person(ADA), directory.person(ADA), directory.personLately(ADA)])
    expect(asked('users.info') - before).toBe(1)
    await directory.person(ADA)
    expect(asked('users.info') - before).toBe(2)
  })

  it('is remembered a minute for drawing, or until Slack has news', async () => {
    await directory.person(EVE)
    const before = asked('users.info')
    now = 59_000
    await directory.personLately(EVE)
    expect(asked('users.info') - before).toBe(0)
    now = 60_000
    await directory.personLately(EVE)
    expect(asked('users.info') - before).toBe(1)
    directory.forgetPerson(EVE)
    await directory.personLately(EVE)
    expect(asked('users.info') - before).toBe(2)
  })
})

describe('groups', () => {
  it('have the members of this moment; one that cannot be read is absent', async () => {
    const groups = await directory.groups(['S0DBA', 'S0NONE', 'S0DBA'])
    expect([...groups.keys()]).toEqual(['S0DBA'])
    expect(groups.get('S0DBA')).toEqual([BEN, CHO, DAN])
    await simulator.control.setGroupMembers('S0DBA', [BEN])
    expect((await directory.groups(['S0DBA'])).get('S0DBA')).toEqual([BEN])
    await simulator.control.setGroupMembers('S0DBA', [BEN, CHO, DAN])
  })
})

describe('when Slack does not answer', () => {
  it.each([['ratelimited'], ['invalid_auth'], ['missing_scope'], ['internal_error']])(
    '%s: nobody is let in on a guess',
    async (error) => {
      simulator.control.failNext('users.info', { error }, 1)
      await expect(directory.person(BEN)).rejects.toThrow(DirectoryDown)
      simulator.control.failNext('usergroups.users.list', { error }, 1)
      await expect(directory.groups(['S0DBA'])).rejects.toThrow(DirectoryDown)
    },
  )

  it('waits for its turn when Slack says that it comes soon, and not when it does not', async () => {
    simulator.control.failNext('usergroups.users.list', { rateLimited: 1 }, 1)
    expect([...(await directory.groups(['S0DBA'])).keys()]).toEqual(['S0DBA'])
    simulator.control.failNext('users.info', { rateLimited: 1 }, 1)
    expect(await directory.person(BEN)).toMatchObject({ kind: 'member' })
    simulator.control.failNext('users.info', { rateLimited: 30 }, 1)
    await expect(directory.person(BEN)).rejects.toThrow(DirectoryDown)
  })

  it('says what an operator can do', async () => {
    simulator.control.failNext('usergroups.users.list', { error: 'missing_scope' }, 1)
    const read = makeDirectory({
      client: makeClient({ token: simulator.botToken, log, apiUrl: simulator.apiUrl }),
    })
    await expect(read.groups(['S0SEC'])).rejects.toThrow(/usergroups:read.*install/)
  })
})
