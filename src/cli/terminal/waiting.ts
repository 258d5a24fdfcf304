/** Where one stands in the line at an agent, in words: `place 2, about 3 min`. */
export function waitingWords(position: number, aboutMs: number | null): string {
  return `place ${position}, ${aboutMs === null ? 'nobody knows how long' : aboutWords(aboutMs)}`
}

function aboutWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds <= 1) return 'any moment'
  if (seconds < 100) return `about ${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`
}
