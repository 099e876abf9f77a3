/**
 * Regular expressions from the configuration. RE2 matches in a time that grows with the text only linearly; JavaScript's
 * own matcher goes back and tries again, so that one reason could stop the whole program.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js'
import type { Pattern } from '../core/catalog.ts'
import { quote } from './yaml/issue.ts'

export const PATTERN_MAX = 200

/** Instructions of RE2's program. The longest reason takes it roughly a tenth of a second. */
const MAX_SIZE = 2_000

/** `found`: anywhere in the text; `whole`: it matches all of it. Throws a RangeError that tells the author what to change. */
export function compilePattern(source: string, where: 'found' | 'whole'): Pattern {
  if (source === '')
    throw new RangeError('This pattern is empty. Leave it out, or say what the text must contain.')
  if (source.length > PATTERN_MAX)
    throw new RangeError(`A pattern may have ${PATTERN_MAX} characters; this one has ${source.length}.`)
  const compiled = compile(source)
  if (compiled.programSize() > MAX_SIZE)
    throw new RangeError('This pattern repeats too much. Lower the numbers, as in {1,20}.')
  return {
    source,
    test: (text) => (where === 'whole' ? compiled.testExact(text) : compiled.test(text)),
  }
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error
    const part = error.getPattern() ?? ''
    if (/^\(\?<?[=!]|^\\[1-9k]/.test(part))
      throw new RangeError(
        'A pattern cannot have back references (\\1) or look ahead or behind ((?=…), (?<=…)). Describe what the text contains.',
      )
    if (error.getDescription() === 'invalid repeat count')
      throw new RangeError(
        `This pattern repeats too much: ${quote(part)}. Repeat at most 1000 times, and write the smaller number first.`,
      )
    throw new RangeError(
      `This is not a regular expression that RE2 reads: ${error.getDescription()}${part && `, ${quote(part)}`}. ` +
        'Close every bracket, and use \\ only before what it changes, as in \\d or \\.',
    )
  }
}
