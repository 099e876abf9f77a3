// @ts-check

/** @typedef {import('../../view.ts').PersonView} PersonView */
/** @typedef {import('../../view.ts').Act} Act */
/** @typedef {import('../../view.ts').ActResult} ActResult */
/** @typedef {import('../../view.ts').Place} Place */
/** @typedef {import('../../view.ts').Suggestions} Suggestions */
/** @typedef {import('../scene.ts').Rendering} Rendering */
/** @typedef {import('../scene.ts').Looking} Looking */

/**
 * @param {string} address
 * @param {unknown} body
 * @returns {Promise<any>}
 */
async function post(address, body) {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok && typeof answer?.ok !== 'boolean')
    throw new Error(answer?.error ?? `HTTP ${response.status}`)
  return answer
}

/**
 * What a person sees; with `after` it waits until there is something newer.
 *
 * @param {string} as
 * @param {number | undefined} after
 * @returns {Promise<PersonView>}
 */
export async function state(as, after) {
  const query = new URLSearchParams(as ? { as } : {})
  if (after !== undefined) query.set('after', String(after))
  const response = await fetch(`/sim/state?${query}`)
  if (!response.ok) throw new Error((await response.text()).slice(0, 200) || `HTTP ${response.status}`)
  return response.json()
}

/**
 * @param {string} as
 * @param {Act} act
 * @returns {Promise<ActResult>}
 */
export async function perform(as, act) {
  try {
    return await post('/sim/act', { as, act })
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * @param {string} as
 * @param {Place} place
 * @param {string} block_id
 * @param {string} action_id
 * @param {string} value
 * @returns {Promise<Suggestions>}
 */
export function suggest(as, place, block_id, action_id, value) {
  return post('/sim/suggest', { as, place, block_id, action_id, value })
}

/**
 * @param {PersonView} view
 * @param {Looking} looking
 * @returns {Promise<Rendering>}
 */
export function rendering(view, looking) {
  return post('/page/render', { view, looking })
}
