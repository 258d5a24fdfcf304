/** `TEST("…") {` or the head of a function, up to the closing brace in the first column. */
const TEST = /^TEST\("((?:[^"\\]|\\.)*)"\) \{\n([\s\S]*?)^\}/gm
const FUNCTION = /^[\w:<>,&* ]+?\b(\w+)\([^;{}]*\)[\w ]* \{\n([\s\S]*?)^\}/gm
const CHECKS = /\b(CHECK|CHECK_EQ|CHECK_[A-Z_]+|check_\w+|expect_\w+|fail)\(/

/** As for TypeScript; a test checks something when it has a CHECK, or calls a function of the same file that has one. */
export function problemsOfCpp(text) {
  const functions = new Map([...text.matchAll(FUNCTION)].map(([, name, body]) => [name, body]))
  return [...text.matchAll(TEST)]
    .filter(([, , body]) => !checks(body, functions, new Set()))
    .map(({ index }) => ({
      line: text.slice(0, index).split('\n').length,
      problem: 'a test without an expectation',
    }))
}

function checks(body, functions, seen) {
  if (CHECKS.test(body)) return true
  return [...body.matchAll(/\b(\w+)(?:<[^;()]*>)?\(/g)].some(([, name]) => {
    if (!functions.has(name) || seen.has(name)) return false
    seen.add(name)
    return checks(functions.get(name), functions, seen)
  })
}
