import { expect, test } from 'vitest'
import { readWorkspace } from '../src/workspace-file.ts'

const team = 'team: { id: T0ACME, name: Acme, domain: acme }\n'

function faultsIn(yaml: string): readonly string[] {
  const read = readWorkspace(yaml)
  return read.ok ? [] : read.faults
}

test('a workspace of every kind of entry is read as it is written', () => {
  const read = readWorkspace(`${team}users:
  - { id: U0ADA, name: ada, realName: Ada Moreno, email: ada@acme.test, tz: Asia/Tokyo, admin: true }
  - { id: W0BEN, name: ben.o, guest: true, away: true }
  - { id: U0GONE, name: gone, deleted: true, bot: true, stranger: false }
groups: [{ id: S0OPS, handle: ops, members: [U0ADA] }]
channels: [{ id: G0ROOM, name: room, private: true, archived: false, bot: true, members: [U0ADA] }]
app: { appId: A0BUTLER, botId: B0BUTLER, botUserId: U0BUTLER }
`)
  expect(read).toMatchObject({ ok: true, seed: { users: [{ tz: 'Asia/Tokyo' }, {}, {}], app: {} } })
})

test('a fault is named with its place, what was found, and what would be right', () => {
  expect(
    faultsIn(`team: { id: acme, name: Acme }
users:
  - { id: U0ADA, name: Ada Moreno, tz: Mars/Base, guest: maybe }
  - { id: U0BEN, name: ben, reelName: Ben }
channels: { general: yes }
`),
  ).toEqual([
    '1:9 team.id is "acme"; it must be a workspace id such as T0ACME: T, then capital letters and digits',
    '1:1 team.domain is missing; it must be the part before .slack.com',
    '3:18 users[0].name is "Ada Moreno"; it must be a name in small letters, digits, ".", "_" and "-", without spaces',
    '3:36 users[0].tz is "Mars/Base"; it must be a time zone such as Europe/Berlin',
    '3:51 users[0].guest is "maybe"; it must be true or false',
    '4:29 users[1].reelName is unknown; users[1] is a map with id, name, realName, email, tz, guest, bot, deleted, away, stranger, admin',
    '5:1 channels is a map; it must be a list of channels',
  ])
})

test('two of one thing, members that do not exist, and a workspace with nobody to act as are faults', () => {
  expect(
    faultsIn(`${team}users:
  - { id: U0ADA, name: ada, deleted: true }
  - { id: U0ADA, name: ada, bot: true }
groups: [{ id: S0OPS, handle: ops, members: [U0BEN] }]
channels:
  - { id: C0TOWN, name: town, members: [U0ADA, U0EVE] }
  - { id: C0TOWN, name: village }
app: { botUserId: U0ADA }
`),
  ).toEqual([
    '4:7 users[1].id is U0ADA, which users[0] has already; each must have its own',
    '4:18 users[1].name is ada, which users[0] has already; each must have its own',
    '8:7 channels[1].id is C0TOWN, which channels[0] has already; each must have its own',
    '5:46 groups[0].members[0] is U0BEN, and no user has that id; users are U0ADA, U0ADA',
    '7:48 channels[0].members[1] is U0EVE, and no user has that id; users are U0ADA, U0ADA',
    '9:8 app.botUserId is that of users[0]; the bot must have an id of its own',
    '2:1 users has nobody to act as; at least one must be neither bot nor deleted',
  ])
})

test('what is not YAML, or nothing at all, is a fault too', () => {
  expect(faultsIn('users: [')[0]).toMatch(/^1:9 is not YAML: /)
  expect(faultsIn('')).toEqual([
    '1:1 the file is null; it must be a map with team, users, groups, channels, app',
  ])
})
