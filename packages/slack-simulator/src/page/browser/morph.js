// @ts-check

/**
 * Makes the children of an element those of the HTML given, changing no more than is different. What a
 * person is typing in, has folded or has scrolled stays as it is.
 *
 * @param {Element} target
 * @param {string} html
 */
export function morph(target, html) {
  const template = document.createElement('template')
  template.innerHTML = html
  children(target, template.content)
}

/** @param {Node} node */
function keyOf(node) {
  return node instanceof Element ? (node.getAttribute('data-key') ?? '') : ''
}

/**
 * @param {Node} have
 * @param {Node} want
 */
function alike(have, want) {
  return have.nodeName === want.nodeName && keyOf(have) === keyOf(want)
}

/**
 * @param {Node} target
 * @param {Node} wanted
 */
function children(target, wanted) {
  /** @type {Map<string, Node>} */
  const keyed = new Map()
  for (const child of target.childNodes) if (keyOf(child)) keyed.set(keyOf(child), child)
  let cursor = target.firstChild
  for (const want of [...wanted.childNodes]) {
    const key = keyOf(want)
    const known = key ? keyed.get(key) : undefined
    if (known && alike(known, want)) {
      if (known === cursor) cursor = cursor.nextSibling
      else target.insertBefore(known, cursor)
      keyed.delete(key)
      node(known, want)
    } else if (cursor && alike(cursor, want)) {
      const next = cursor.nextSibling
      node(cursor, want)
      cursor = next
    } else {
      target.insertBefore(want, cursor)
    }
  }
  while (cursor) {
    const next = cursor.nextSibling
    target.removeChild(cursor)
    cursor = next
  }
}

/**
 * @param {Node} have
 * @param {Node} want
 */
function node(have, want) {
  if (have.isEqualNode(want)) {
    refill(have, want)
    return
  }
  if (!(have instanceof Element) || !(want instanceof Element)) {
    if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue
    return
  }
  attributes(have, want)
  refill(have, want)
  if (!(have instanceof HTMLTextAreaElement)) children(have, want)
}

/**
 * @param {Element} have
 * @param {Element} want
 */
function attributes(have, want) {
  for (const { name } of [...have.attributes]) {
    if (!want.hasAttribute(name) && !kept(have, name)) have.removeAttribute(name)
  }
  for (const { name, value } of [...want.attributes]) {
    if (have.getAttribute(name) !== value && !kept(have, name)) have.setAttribute(name, value)
  }
}

/**
 * What belongs to the person and not to the app.
 *
 * @param {Element} element
 * @param {string} name
 */
function kept(element, name) {
  if (name === 'open') return element instanceof HTMLDetailsElement
  if (name === 'aria-expanded') return true
  return name === 'data-touched' || (name === 'class' && element.hasAttribute('data-waiting'))
}

/**
 * Brings the contents of fields up to date, but never of one that is being typed in or was changed and not
 * yet sent.
 *
 * @param {Node} have
 * @param {Node} want
 */
function refill(have, want) {
  if (have instanceof HTMLTextAreaElement && want instanceof HTMLTextAreaElement) {
    settle(have, want)
    have.defaultValue = want.defaultValue
  } else if (have instanceof HTMLInputElement && want instanceof HTMLInputElement) {
    if (have.type === 'checkbox' || have.type === 'radio') {
      if (!isTouched(have.closest('[data-action]') ?? have)) have.checked = want.defaultChecked
    } else if (have.type !== 'file') {
      settle(have, want)
    }
  } else if (have instanceof Element && want instanceof Element) {
    const fields = 'input, textarea'
    const wanted = [...want.querySelectorAll(fields)]
    if (wanted.length === 0) return
    for (const [index, field] of [...have.querySelectorAll(fields)].entries()) {
      const other = wanted[index]
      if (other) refill(field, other)
    }
  }
}

/**
 * @template {HTMLInputElement | HTMLTextAreaElement} Field
 * @param {Field} have
 * @param {Field} want
 */
function settle(have, want) {
  if (have.value === want.defaultValue) have.removeAttribute('data-touched')
  else if (!isTouched(have)) have.value = want.defaultValue
}

/** @param {Element} element */
function isTouched(element) {
  return element === document.activeElement || element.hasAttribute('data-touched')
}
