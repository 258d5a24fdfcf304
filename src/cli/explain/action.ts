import type { CommandSurface } from '../manual/surface.js'
import { layoutOf, print } from '../terminal/output.js'
import { find } from './find.js'
import { renderList, renderTopics } from './render.js'
import { allTopics } from './topics.js'

/** `xrbench explain`: all that is asked for is found before anything is printed. */
export async function explainAction(
  asked: readonly string[],
  surface: readonly CommandSurface[],
): Promise<void> {
  const topics = allTopics(surface)
  const { width } = layoutOf(process.stdout)
  const found = asked.flatMap((name) => find(name, topics))
  await print(
    asked.length === 0 ? renderList(topics, width) : renderTopics([...new Set(found)], width),
  )
}
