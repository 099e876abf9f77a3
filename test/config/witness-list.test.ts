import { expect, it } from 'vitest'
import { makeWitnessKey, readWitnessKey } from '../../src/audit/witness/cosignature.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { must } from '../support/must.ts'

const vkey = () => must(readWitnessKey(makeWitnessKey('witness.example.com/w1'))).verifier.vkey
const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }
const read = (list: string) => readEnvironment({ ...slack, ELEVATE_WITNESS: list })

it('witnesses are addresses with their keys, one or several', () => {
  const [one, other] = [vkey(), vkey()]
  expect(read(`https://w.example.com/ ${one}, http://10.0.0.7:8020  ${other}`)).toMatchObject({
    ok: true,
    environment: {
      witnesses: [
        { url: 'https://w.example.com', vkey: one },
        { url: 'http://10.0.0.7:8020', vkey: other },
      ],
    },
  })
  expect(read(' ')).toMatchObject({ ok: true, environment: expect.not.objectContaining({ witnesses: [] }) })
})

it('what is missing or wrong is said for each of them', () => {
  const wrong = {
    'https://w.example.com': 'entry 1, is not an address and a key',
    [`${vkey()} https://w.example.com`]: 'does not begin with an http(s) address',
    [`https://ana:secret@w.example.com ${vkey()}`]: 'without a password',
    'https://w.example.com witness+12345678': 'has no verifier key after its address',
    [`https://w.example.com ${vkey()}, https://v.example.com`]: 'entry 2, is not an address and a key',
  }
  for (const [list, says] of Object.entries(wrong)) {
    const answer = read(list)
    expect(answer.ok ? '' : answer.faults.join(), list).toContain(says)
    expect(JSON.stringify(answer)).not.toContain('secret')
  }
})
