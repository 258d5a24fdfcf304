// What a file of TypeScript gives to others, and takes of them by name, told from its text: it is formatted, so that each begins its line.

const DECLARATION =
  /^export (?:async )?(?:abstract )?(?:function\*?|const|class|interface|type|enum) (\w+)/gm

/** Names that it declares and exports; what it hands on from elsewhere is declared there. */
export function exportsIn(text) {
  return [...new Set([...text.matchAll(DECLARATION)].map(([, name]) => name))]
}

/** Names of other files that it imports, hands on, or takes apart when they are loaded later. */
export function namesTakenIn(text) {
  const lists = [
    ...text.matchAll(/^(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s/gm),
    ...text.matchAll(/\{([^{}]*)\}\s*=\s*\(?\s*await\s+import\(/g),
    ...text.matchAll(/\bimport\([^)]*\)\s*\.then\(\s*\(\{([^}]*)\}/g),
  ].flatMap(([, list]) => list.split(','))
  const wholes = [...text.matchAll(/^import\s+(?:type\s+)?\*\s+as\s+(\w+)\s+from\s+'\./gm)]
  const members = [
    ...text.matchAll(/\bimport\([^)]*\)\s*\)?\.(?!then\b)(\w+)/g),
    ...wholes.flatMap(([, whole]) => [...text.matchAll(new RegExp(`\\b${whole}\\.(\\w+)`, 'g'))]),
  ]
  return [
    ...lists.map((one) =>
      one
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+|:/)[0]
        .trim(),
    ),
    ...members.map(([, name]) => name),
  ].filter((name) => name !== '')
}
