// Signed notes and checkpoints: what is read, and above all what is refused.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatCheckpoint,
  notesIn,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '../../../src/audit/checkpoint/checkpoint.ts'
import { makeSkey, openNote, readSkey, readVkey, signNote } from '../../../src/audit/checkpoint/note.ts'
import { must } from '../../support/must.ts'
import { leafOf } from '../tree/naive-tree.ts'

const signer = must(readSkey(makeSkey('elevate.example.com/audit/prod')))
const stranger = must(readSkey(makeSkey('elevate.example.com/audit/prod')))
const { verifier } = signer
const root = leafOf('root')
const note = signCheckpoint(12, root, signer)
const opens = (text: string) => openNote(text, [verifier]).ok
const opensAsCheckpoint = (text: string) => openCheckpoint(text, [verifier]).ok
const signed = (text: string) => signNote(text, [signer])

/** The example of Go's documentation of this format: somebody else's key, somebody else's signature. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const PETERS_NOTE =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n" +
  '\n' +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The next letter: before one `=`, its two lowest bits are not part of the bytes. */
const twin = (letter: string) => ALPHABET[ALPHABET.indexOf(letter) + 1]

test('a note that Go has signed is read, and one that was changed by a letter is not', () => {
  const peter = must(readVkey(PETER))
  expect(peter).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3', vkey: PETER })
  expect(openNote(PETERS_NOTE, [peter])).toMatchObject({ ok: true, signedBy: [peter] })
  expect(openNote(PETERS_NOTE.replace('answer', 'Answer'), [peter]).ok).toBe(false)
})

test('the same text is signed the same way, and read back as it was', () => {
  expect(signCheckpoint(12, root, signer)).toBe(note)
  expect(openCheckpoint(note, [verifier])).toEqual({
    ok: true,
    checkpoint: { origin: verifier.name, size: 12, root },
    signedBy: [verifier],
  })
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (lines) => {
      const text = `${lines.join('\n').replaceAll(/[^\P{Cc}\n]/gu, '')}\n`
      expect(openNote(signed(text), [verifier])).toMatchObject({ ok: true, text })
    }),
  )
})

describe('keys', () => {
  test('a key is the same after it was written down', () => {
    expect(readVkey(verifier.vkey)).toMatchObject({ name: verifier.name, id: verifier.id })
    expect(openNote(note, [must(readVkey(verifier.vkey))]).ok).toBe(true)
  })

  const [name, id, ...key] = verifier.vkey.split('+')
  const base64 = key.join('+')
  const wrong: Record<string, string> = {
    'another name': `other+${id}+${base64}`,
    'another id': `${name}+00000000+${base64}`,
    'another algorithm': `${name}+${id}+${Buffer.concat([Buffer.of(2), Buffer.alloc(32)]).toString('base64')}`,
    'a short key': `${name}+${id}+${Buffer.alloc(32, 1).toString('base64')}`,
    'something behind it': `${name}+${id}+${base64}+x`,
    'a space': `${name} +${id}+${base64}`,
    'a newline': `${verifier.vkey}\n`,
    nothing: '',
  }
  for (const [what, vkey] of Object.entries(wrong))
    test(`${what} is no verifier key`, () => expect(readVkey(vkey)).toBeUndefined())

  test('a verifier key cannot sign, and a signing key with another name is refused', () => {
    expect(readSkey(verifier.vkey)).toBeUndefined()
    const skey = makeSkey('one')
    expect(readSkey(skey)?.verifier.name).toBe('one')
    expect(readSkey(skey.replace('+one+', '+two+'))).toBeUndefined()
    for (const bad of ['', 'a b', 'a+b', 'a\u2003b', 'a\nb', '\ud800'])
      expect(() => makeSkey(bad)).toThrow(RangeError)
  })
})

describe('a note is refused', () => {
  const line = must(note.split('\n').find((one) => one.startsWith('— ')))
  const text = note.slice(0, note.indexOf('\n\n') + 1)
  const cases: Record<string, string> = {
    'without its last newline': note.slice(0, -1),
    'without the empty line': note.replace('\n\n', '\n'),
    'without signatures': `${text}\n`,
    'with a carriage return': note.replaceAll('\n', '\r\n'),
    'with a tab in the text': note.replace('12', '12\t'),
    'with half a surrogate pair': note.replace('12', '\ud83d'),
    'with a hyphen for the dash': note.replace('— ', '- '),
    'with two spaces before the signature': note
      .replace(`${verifier.name} `, `${verifier.name}  `)
      .replace('\n\n', '\n\n'),
    'with something behind the signature': note.replace(line, `${line} x`),
    'with a signature of four bytes': `${text}\n— ${verifier.name} ${Buffer.alloc(4).toString('base64')}\n`,
    'with base64 cut short': note.replace(line, line.slice(0, -1)),
    'with base64 in another spelling of the same bytes': note.replace(
      /(.)=\n$/,
      (_, last) => `${twin(last)}=\n`,
    ),
    'with an empty line behind': `${note}\n`,
    'signed by nobody we know': signNote(text, [stranger]),
    'with one letter changed': note.replace('\n12\n', '\n13\n'),
    'with more than a hundred signatures': `${text}\n${`${line}\n`.repeat(101)}`,
  }
  for (const [what, bad] of Object.entries(cases))
    test(what, () => {
      expect(bad).not.toBe(note)
      expect(opens(bad)).toBe(false)
    })

  test('where the other spelling is one that a lenient reader takes for the same', () => {
    const lenient = (of: string) => Buffer.from(of.trimEnd().split(' ').at(-1) ?? '', 'base64')
    const other = must(cases['with base64 in another spelling of the same bytes'])
    expect(lenient(other)).toEqual(lenient(note))
  })

  test('with control characters, although the signature is right', () => {
    const anyway = (text: string) => {
      const id = Buffer.from(verifier.id, 'hex')
      return `${text}\n— ${verifier.name} ${Buffer.concat([id, signer.sign(text)]).toString('base64')}\n`
    }
    expect(opens(anyway('text\n'))).toBe(true)
    for (const control of ['\r', '\t', '\0', '\u001b', '\u000b', '\u001f']) {
      expect(opens(anyway(`te${control}xt\n`))).toBe(false)
      expect(() => signed(`te${control}xt\n`)).toThrow(RangeError)
    }
    expect(() => signed('no newline')).toThrow(RangeError)
  })

  test('with any one bit of its bytes changed', () => {
    const bytes = Buffer.from(note)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] as number) ^ (1 << bit)
        expect(opens(changed.toString('utf8'))).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('when one of two known keys signed wrongly, although the other signed rightly', () => {
    const other = must(readSkey(makeSkey('witness')))
    const both = signNote(text, [signer, other])
    expect(openNote(both, [verifier, other.verifier])).toMatchObject({ ok: true })
    const spoilt = both.replace(/(— witness .{20})./, '$1_').replace('_', 'A')
    const differs = spoilt === both ? both.replace(/(— witness .{20})./, '$1B') : spoilt
    expect(openNote(differs, [verifier, other.verifier]).ok).toBe(false)
    // Unknown signatures are nobody's business.
    expect(openNote(differs, [verifier]).ok).toBe(true)
  })
})

describe('a checkpoint is refused, although it is signed,', () => {
  const good = formatCheckpoint({ origin: verifier.name, size: 12, root })
  const base64 = root.toString('base64')
  const cases: Record<string, string> = {
    'with a leading zero': good.replace('\n12\n', '\n012\n'),
    'with a sign': good.replace('\n12\n', '\n+12\n'),
    'with a size beyond all numbers': good.replace('\n12\n', '\n9007199254740993\n'),
    'without a size': good.replace('\n12\n', '\n\n'),
    'with an extension line': `${good}extension\n`,
    'with an empty line at the end': `${good}\n`,
    'with an empty line first': `\n${good}`,
    'with a root of 31 bytes': good.replace(base64, Buffer.alloc(31).toString('base64')),
    'with a root without padding': good.replace(base64, base64.replace('=', '')),
    'with a root in the other alphabet': good.replace(base64, Buffer.alloc(32, 255).toString('base64url')),
    'in the name of another log': good.replace(verifier.name, 'other'),
  }
  for (const [what, text] of Object.entries(cases))
    test(what, () => {
      expect(text).not.toBe(good)
      expect(opens(signed(text))).toBe(true)
      expect(opensAsCheckpoint(signed(text))).toBe(false)
    })

  test('unless it is right', () => {
    expect(opensAsCheckpoint(signed(good))).toBe(true)
    expect(parseCheckpoint(good.replace('\n12\n', '\n0\n'))?.size).toBe(0)
  })
})

describe('notes are found in what people paste', () => {
  const found = async (...pieces: string[]) => Array.fromAsync(notesIn(pieces))
  const second = signCheckpoint(13, root, signer)

  test('one, many, in fences, between words, and cut anywhere', async () => {
    expect(await found(note)).toEqual([note])
    expect(await found(`${note}\n${second}`)).toEqual([note, second])
    expect(await found(`Here:\n\n\`\`\`\n${note}\`\`\`\n\nand\n\n\`\`\`${second}\`\`\`\n`)).toEqual([
      note,
      second,
    ])
    const all = `\n\n${note}\n\n\n${second}\n`
    await fc.assert(
      fc.asyncProperty(fc.nat(all.length), async (cut) => {
        expect(await found(all.slice(0, cut), all.slice(cut))).toEqual([note, second])
      }),
    )
  })

  test('one that was torn does not take the next one with it', async () => {
    for (let cut = 1; cut < note.length; cut += 1) {
      const good = (await found(`${note.slice(0, cut)}\n\n${second}`)).filter(opensAsCheckpoint)
      expect(good.at(-1)).toBe(second)
    }
  })

  test('what is wrong inside a note stays wrong', async () => {
    const [windows] = await found(note.replaceAll('\n', '\r\n'))
    expect(windows === undefined || !opens(windows)).toBe(true)
    expect(await found('no note at all\n')).toEqual([])
  })
})
