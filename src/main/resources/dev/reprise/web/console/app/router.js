/** Screens have addresses after the #: `#/executions?status=FAILED`. */

export function parse(hash) {
  const [path, search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [screen = '', ...rest] = path.split('/');
  return {
    screen: screen || 'now',
    argument: rest.length ? decode(rest.join('/')) : undefined,
    query: Object.fromEntries(new URLSearchParams(search)),
    path,
  };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // typed by hand
  }
}

export function href(screen, argument, query) {
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== ''));
  const path = argument === undefined ? `#/${screen}` : `#/${screen}/${encodeURIComponent(argument)}`;
  return search.size ? `${path}?${search}` : path;
}

export function go(address) {
  location.hash = address;
}

/** Changes the address without a step in the history: filters as they are typed. */
export function replace(address) {
  history.replaceState(history.state, '', address);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
