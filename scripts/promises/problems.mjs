/** `**S1** learn more`: what somebody must not, by the name that promises call it. */
const FORBIDDEN = /\*\*([A-Z]\d+)\*\*/g
/** A name or several, then the promise, then what holds it. */
const PROMISE = /^\| ([A-Z]\d+(?:, [A-Z]\d+)*) \| (.*) \| ([^|]*) \|$/
const TEST_FILE = /(?:\.test\.(?:ts|mjs)|_test\.cc)$/

/**
 * What keeps the tables of a page from holding: `must not` without a promise, a promise without a test, a test that is not there.
 * @param read gives the text of a file of the repository; `null`: there is none
 */
export function problemsOf(page, read) {
  const lines = page.split('\n')
  const forbidden = [...page.matchAll(FORBIDDEN)].map(([, name]) => name)
  const promises = lines.flatMap((line) => {
    const [, of, promise, tests] = PROMISE.exec(line) ?? []
    return of === undefined ? [] : [{ of: of.split(', '), promise, tests }]
  })
  const promised = new Set(promises.flatMap(({ of }) => of))
  return [
    ...(promises.length === 0 ? ['the page has no promise'] : []),
    ...forbidden
      .filter((name) => !promised.has(name))
      .map((name) => `nothing is promised of ${name}`),
    ...[...promised]
      .filter((name) => !forbidden.includes(name))
      .map((name) => `nobody must not ${name}, of which something is promised`),
    ...promises.flatMap(({ promise, tests }) =>
      problemsOfTests(tests, read).map((problem) => `${promise.slice(0, 60)}…: ${problem}`),
    ),
  ]
}

/** `` `file` “a test of it” “another” ``, and so on. */
function problemsOfTests(cell, read) {
  const files = [...cell.matchAll(/`([^`]+)`([^`]*)/g)]
  if (files.length === 0) return ['no test holds it']
  return files.flatMap(([, file, after]) => {
    const text = TEST_FILE.test(file) ? read(file) : null
    if (text === null) return [`there is no test ${file}`]
    const titles = [...after.matchAll(/“([^”]+)”/g)].map(([, title]) => title)
    if (titles.length === 0) return [`which test of ${file}?`]
    return titles
      .filter((title) => !isTitle(text, title))
      .map((title) => `${file} has no test “${title}”`)
  })
}

/** It is written as a whole or, of a C++ test, behind the name of its group. */
function isTitle(text, title) {
  return ["'", '"', '`', ': '].some((before) =>
    ["'", '"', '`'].some((after) => text.includes(`${before}${title}${after}`)),
  )
}
