import type { PersonId } from '../../core/people/person.ts'
import { listAccess } from '../../operations/access/list-access.ts'
import { type HomePages, homeView, readPages } from '../home/home-view.ts'
import type { Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import type { Click } from '../platform/payloads.ts'

/** Somebody opened Home: it is drawn now, and kept true from now on. */
export async function openHome(door: Door, person: PersonId): Promise<undefined> {
  await door.world.store.reads.sawHome(person)
  await showHome(door, person)
}

export async function pressHomePage(door: Door, { visitor, value }: Click): Promise<undefined> {
  await showHome(door, visitor.person, readPages(value))
}

async function showHome(door: Door, person: PersonId, pages: HomePages = {}): Promise<void> {
  const list = await listAccess(door.world, person)
  const capabilities = (target: string) => door.world.connector(target)?.capabilities
  const view = await withNames(door.world.directory, (names) =>
    homeView(list, { names, capabilities, pages }),
  )
  await door.client.views.publish({ user_id: person, view })
}
