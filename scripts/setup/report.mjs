/** One sentence, a code, a thing to do; ends the set-up with `exitCode`. */
export class SetupError extends Error {
  constructor(code, sentence, hint, exitCode = 3) {
    super(sentence)
    this.code = code
    this.hint = hint
    this.exitCode = exitCode
  }
}

/** All that the set-up says goes to stderr: stdout belongs to the command that follows it. */
export function note(text) {
  process.stderr.write(`setup: ${text}\n`)
}

/** Announces a slow step at its start and closes the same line with the time it took. */
export async function timed(title, work) {
  const start = performance.now()
  process.stderr.write(`setup: ${title} … `)
  try {
    const result = await work()
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`)
    return result
  } catch (error) {
    process.stderr.write('failed\n')
    throw error
  }
}

/** Runs `work`; a SetupError becomes its sentence on stderr and its exit code. */
export async function explained(work) {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`error: ${error.message} [${error.code}]\n`)
    if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`)
    process.exitCode = error.exitCode
  }
}
