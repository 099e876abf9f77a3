import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { GOOD, paper } from './paper.ts'

const parse = (typed: string) => parseCatalog(`${GOOD.trimEnd()}\ndelivery:\n  - { ${typed} }\n`, [paper])
const faultsOf = (typed: string) => {
  const parsed = parse(typed)
  return parsed.ok ? [] : parsed.issues.map((issue) => `${issue.path}: ${issue.message}`)
}

it('nobody gets the log unless the file says so', () => {
  const parsed = parseCatalog(GOOD, [paper])
  expect(parsed.ok && parsed.catalog).not.toHaveProperty('deliveries')
  expect(parsed.ok && parsed.catalog.text).toBe(GOOD)
})

it('a receiver is a webhook or a file, in JSONL with every event when it says no more', () => {
  const of = (typed: string) => {
    const parsed = parse(typed)
    return parsed.ok ? parsed.catalog.deliveries?.[0] : parsed.issues
  }
  expect(of('name: siem, webhook: { url: { env: SIEM_URL }, secret: { file: /run/siem } }')).toEqual({
    name: 'siem',
    to: { kind: 'webhook', url: { env: 'SIEM_URL' }, secret: { file: '/run/siem' } },
    format: 'jsonl',
    ocsfVersion: '1.8.0',
  })
  expect(
    of(
      'name: disk, file: /var/log/elevate/events.jsonl, format: ocsf, ocsf_version: "1.9.0", types: [grant.revoked]',
    ),
  ).toEqual({
    name: 'disk',
    to: { kind: 'file', path: '/var/log/elevate/events.jsonl' },
    format: 'ocsf',
    ocsfVersion: '1.9.0',
    types: ['grant.revoked'],
  })
  expect(of('name: a, webhook: { url: "https://siem.example/in", secret: { env: S } }')).toMatchObject({
    to: { url: 'https://siem.example/in' },
  })
  expect(of('name: a, webhook: { url: "http://localhost:8080/in", secret: { env: S } }')).toMatchObject({
    name: 'a',
  })
})

it.each([
  ['neither', 'name: a', /delivery\[0\]: Write either webhook or file/],
  [
    'both',
    'name: a, file: /x, webhook: { url: { env: U }, secret: { env: S } }',
    /Write either webhook or file/,
  ],
  ['no name', 'file: /x', /“name” is missing\. The name that alarms use/],
  ['half a path', 'name: a, file: x.jsonl', /“x.jsonl” is not a whole path: begin with \//],
  [
    'a secret in the file',
    'name: a, webhook: { url: { env: U }, secret: whsec_abcdefgh }',
    /secret does not belong/,
  ],
  ['no address', 'name: a, webhook: { url: siem, secret: { env: S } }', /Write an https address/],
  ['an open line', 'name: a, webhook: { url: "http://siem.example/", secret: { env: S } }', /Use https/],
  [
    'a host that only begins like this one',
    'name: a, webhook: { url: "http://localhost.evil.example/", secret: { env: S } }',
    /Use https/,
  ],
  ['a format', 'name: a, file: /x, format: cef', /Write one of “jsonl”, “ocsf”/],
  ['a version', 'name: a, file: /x, ocsf_version: "2.0.0"', /Write one of “1\.1\.0”/],
  ['a type', 'name: a, file: /x, types: [grant.activate]', /Did you mean “grant.activated”/],
  ['one name twice', 'name: a, file: /x }\n  - { name: a, file: /y', /Another one is called “a” too/],
  ['one file twice', 'name: a, file: /x }\n  - { name: b, file: /x', /“\/x” is written by another one too/],
])('refuses %s', (_, typed, says) => {
  expect(faultsOf(typed).join('\n')).toMatch(says)
})
