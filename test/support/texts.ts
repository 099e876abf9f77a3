import fc from 'fast-check'

const SURROGATES = { from: 0xd800, count: 0x800 }

/** Any character there is. fast-check's own `binary` first lists all of them, which takes a second in each place. */
const character = fc
  .nat({ max: 0x10ffff - SURROGATES.count })
  .map((at) => String.fromCodePoint(at < SURROGATES.from ? at : at + SURROGATES.count))

/** Well-formed text of any characters, most of them outside the plane that has letters. */
export function anyText(maxLength?: number): fc.Arbitrary<string> {
  // Half of it ASCII, as nothing that a program reads by its letters would be met otherwise.
  const unit = fc.oneof(
    character,
    fc.nat({ max: 0x7f }).map((at) => String.fromCodePoint(at)),
  )
  return fc.string({ unit, ...(maxLength === undefined ? {} : { maxLength }) })
}
