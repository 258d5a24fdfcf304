// What a file of TypeScript uses of others, told from its text: it is formatted, so that an import begins its line.

/** Paths of this tree that it imports or exports from, for types alone too, at once or later. */
export function importsIn(text) {
  const code = withoutComments(text)
  const named = code.matchAll(/^(?:import|export)\s[^'"]*?from\s+'(\.[^']+)'/gms)
  const forEffect = code.matchAll(/^import\s+'(\.[^']+)'/gm)
  const later = code.matchAll(/\bimport\(\s*'(\.[^']+)'\s*\)/g)
  return [...named, ...forEffect, ...later].map(([, path]) => path)
}

/** Imports of what only a run can tell. */
export function unfollowedIn(text) {
  return [...withoutComments(text).matchAll(/\bimport\(\s*(?!['\s])[^)]*\)/g)].map(([call]) => call)
}

/** Programs of dist/ that it names by a path, as `dist/cli/main.js`. */
export function startedIn(text) {
  const paths = withoutComments(text).matchAll(/'(?:\.\.?\/)*(dist\/[^']*\.m?js)'/g)
  return [...paths].map(([, path]) => path)
}

/** Neither `//` within a string, as of an address, nor what follows it is taken for a comment. */
function withoutComments(text) {
  return text.replaceAll(/('(?:\\.|[^'\\\n])*')|\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1$2')
}
