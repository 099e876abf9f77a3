import type { PersonId } from '../../core/people/person.ts'
import { type HomePages, homeView, readPages } from '../home/home-view.ts'
import type { Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import type { Click } from '../platform/payloads.ts'

/** Somebody opened Home: it is drawn now, and kept true from now on. */
export async function openHome(door: Door, person: PersonId): Promise<undefined> {
  await door.queries.sawHome(person)
  await showHome(door, person)
}

export async function pressHomePage(door: Door, { visitor, value }: Click): Promise<undefined> {
  await showHome(door, visitor.person, readPages(value))
}

async function showHome(door: Door, person: PersonId, pages: HomePages = {}): Promise<void> {
  const list = await door.queries.listAccess(person)
  const capabilities = (target: string) => door.capabilities(target)
  const view = await withNames(door.directory, (names) => homeView(list, { names, capabilities, pages }))
  await door.client.views.publish({ user_id: person, view })
}
