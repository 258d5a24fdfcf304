// npm run bench -- [WORD…]: what xrbench itself costs. Words choose suites; none = all of them.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** In the order in which they run: cheapest first. */
const SUITES = ['histogram', 'schema', 'compare', 'start-up', 'recording', 'loopback', 'messages']

process.chdir(resolve(fileURLToPath(import.meta.url), '../..'))
const words = process.argv.slice(2)
const unknown = words.find((word) => !SUITES.includes(word))
if (unknown !== undefined) {
  process.stderr.write(
    `error: No suite is called '${unknown}'.\nhint: one of: ${SUITES.join(' ')}\n`,
  )
  process.exitCode = 2
} else {
  for (const word of SUITES.filter((suite) => words.length === 0 || words.includes(suite))) {
    await runSuite(word)
  }
}

/** @param {string} word */
async function runSuite(word) {
  try {
    const { title, run } = await import(`./${word}.bench.mjs`)
    process.stdout.write(`${title}\n`)
    for (const line of await run()) process.stdout.write(`  ${line}\n`)
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error)
    process.stderr.write(`error: the suite '${word}' failed: ${sentence}\nhint: npm run setup\n`)
    process.exitCode = 1
  }
  process.stdout.write('\n')
}
