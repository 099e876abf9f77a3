import { expect, it } from 'vitest'
import { type Issue, printIssues } from '../../src/config/yaml/issue.ts'
import { issuesOf, withChange } from './paper.ts'

it('shows the file, the place, the message and the line with a caret', () => {
  const text = withChange('channel: C0FILES', 'chanel: C0FILES')
  expect(printIssues('elevate.yaml', text, issuesOf(text))).toBe(
    [
      'elevate.yaml:6:3: fault: “channel” is missing. Where approval cards and revocation notices go: the id of a channel. (targets.files.channel)',
      '  6 |   files:',
      '        ^',
      '',
      'elevate.yaml:9:5: fault: There is no key “chanel” here. Did you mean “channel”? (targets.files.chanel)',
      '  9 |     chanel: C0FILES',
      '          ^',
    ].join('\n'),
  )
})

const issue = (column: number): Issue => ({ line: 1, column, path: '', message: 'No.', severity: 'warning' })

it('a long line is cut around the place', () => {
  const printed = printIssues('f', `${'a'.repeat(20)} ${'b c '.repeat(500)}X`, [issue(2022)]).split('\n')
  const [, line = '', caret = ''] = printed
  expect(line.length).toBeLessThan(180)
  expect(line[caret.length - 1]).toBe('X')
})

it('nothing in the line steers the terminal, and the caret stays in place', () => {
  const printed = printIssues('f', '\u001b[31m\u202e\ta: bad\r\nb: 1', [issue(8)])
  for (const one of ['\u001b', '\u202e', '\t', '\r']) expect(printed).not.toContain(one)
  const [, line = '', caret = ''] = printed.split('\n')
  expect(line[caret.length - 1]).toBe('a')
})

it('an empty file has no line to show', () => {
  expect(printIssues('f', '', [issue(1)])).toBe('f:1:1: warning: No.')
})
