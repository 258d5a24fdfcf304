/** Something that can be explained. */
export interface Topic {
  /** As it is listed, and as an answer names it. */
  name: string
  /** Other names under which it is found. */
  aliases: string[]
  /** `flag of the command line`: what it is, in the singular. */
  kind: string
  /** What it means, in a sentence or several. */
  meaning: string
  /** `Unit`, `Measured`, `Do`: what else there is to know. */
  facts: [label: string, text: string][]
}

/** For those who type it in another way: `p99.9` is `p999`, `--no-gso` is `nogso`. */
export function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
