import type { CommandSurface } from '../manual/surface.js'
import { errorTopics, exitTopics, metricTopics, rowFlagTopics } from './codes.js'
import { fieldTopics } from './fields.js'
import { commandTopics, flagTopics } from './flags.js'
import type { Topic } from './topic.js'

/** All there is to explain, in the order in which it is listed. */
export function allTopics(surface: readonly CommandSurface[]): Topic[] {
  return [
    ...commandTopics(surface),
    ...flagTopics(surface),
    ...rowFlagTopics(),
    ...metricTopics(),
    ...fieldTopics(),
    ...exitTopics(),
    ...errorTopics(),
  ]
}
