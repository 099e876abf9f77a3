import type { PersonId } from './people/person.ts'

export type Part = string | { readonly person: PersonId } | { readonly command: string }

export type Sentence = readonly Part[]

/** ``sentence`Only ${{ person: id }} can withdraw it: ${{ command: 'withdraw R-12' }}.` `` */
export function sentence(
  words: TemplateStringsArray,
  ...values: readonly (Part | Sentence | number)[]
): Sentence {
  return words.flatMap((word, at) => {
    const value = values[at] ?? ''
    const parts: Sentence = Array.isArray(value)
      ? value
      : [typeof value === 'number' ? String(value) : (value as Part)]
    return [word, ...parts].filter((part) => part !== '')
  })
}

export const inWords = (code: string, said: string | Sentence, field: string | undefined) => {
  const parts = typeof said === 'string' ? [said] : said
  return { case: 'in-words', code, ...(field ? { field } : {}), data: { parts } }
}
