import { buildApart } from './build-apart.mjs'
import { holdLock } from './lock.mjs'
import { explained, timed } from './report.mjs'
import { buildFailed } from './run-logged.mjs'

const sanitizer = process.argv[2]

await explained(async () => {
  const release = await holdLock()
  try {
    await timed(`building with ${sanitizer}`, async () => {
      const { run } = await buildApart(sanitizer, [`--${sanitizer}=1`, '--build_tests=1'])
      if (run.code !== 0) throw buildFailed('C++', run)
    })
  } finally {
    release()
  }
})
