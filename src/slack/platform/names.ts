/** What is said to people, with the names that they read. */
import type { PersonId } from '../../core/people/person.ts'
import type { Directory } from '../../core/ports.ts'
import type { Refused } from '../../core/refusal.ts'
import type { Names } from '../blocks/message.ts'
import { refusalAnswer, refusalText } from '../words/refusals.ts'
import type { Answer, Door } from './guard.ts'

/** Display names for drawing, asked once each. Somebody whom Slack cannot name now is shown by id. */
export async function readNames(
  directory: Pick<Directory, 'personLately'>,
  ids: Iterable<PersonId | undefined>,
): Promise<Names> {
  const known = new Map<PersonId, string>()
  const wanted = new Set([...ids].filter((id): id is PersonId => id !== undefined && id !== ''))
  const name = (id: PersonId) =>
    directory.personLately(id).then(
      (person) => person.name,
      () => '',
    )
  await Promise.all([...wanted].map(async (id) => known.set(id, (await name(id)) || id)))
  return (id) => known.get(id) ?? id
}

/**
 * Draws with people's names: once to learn whose names it needs, and again with those. So a message about a
 * thousand people that shows fifteen asks for fifteen.
 */
export async function withNames<T>(
  directory: Pick<Directory, 'personLately'>,
  draw: (names: Names) => T,
): Promise<T> {
  const wanted = new Set<PersonId>()
  draw((id) => {
    wanted.add(id)
    return id
  })
  return draw(await readNames(directory, wanted))
}

export async function tellRefusal(door: Pick<Door, 'directory'>, refused: Refused): Promise<Answer> {
  return withNames(door.directory, (names) => refusalAnswer(refused, names))
}

/** For a form's field, which takes plain text only. */
export async function fieldRefusal(door: Pick<Door, 'directory'>, refused: Refused): Promise<string> {
  return withNames(door.directory, (names) => refusalText(refused, names))
}
