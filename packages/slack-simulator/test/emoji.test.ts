import { expect, test } from 'vitest'
import { emoji, withEmoji } from '../src/page/text/emoji.ts'

test('the names that Slack uses become their characters', () => {
  const drawn = {
    white_check_mark: '✅',
    large_green_circle: '🟢',
    '+1': '👍',
    thumbsup: '👍',
    'wave::skin-tone-3': '👋🏼',
    'female-technologist::skin-tone-6': '👩🏿‍💻',
    'man-shrugging': '🤷‍♂️',
    'flag-de': '🇩🇪',
    zero: '0️⃣',
  }
  expect(Object.fromEntries(Object.keys(drawn).map((name) => [name, emoji(name)]))).toEqual(drawn)
})

test('a character that could also be text is drawn as a picture', () => {
  expect(['heart', 'warning', 'lock'].map(emoji)).toEqual(['❤\ufe0f', '⚠\ufe0f', '🔒'])
})

test('what is no emoji stays as it was written', () => {
  const text = 'at 10:00:30, :no_such_name: and :constructor: or std::string::size'
  expect(withEmoji(text)).toBe(text)
})
