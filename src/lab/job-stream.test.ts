import { describe, expect, it } from 'vitest'
import { createToken, JobStream } from './job-stream.js'

function collect(token: string) {
  const taken: string[] = []
  const stream = new JobStream(token, (chunk) => taken.push(chunk.toString()))
  return { stream, taken }
}

describe('JobStream', () => {
  const token = createToken()

  it('passes everything before the token, and nothing after it', () => {
    const { stream, taken } = collect(token)
    stream.push(Buffer.from(`one${token}two`))
    stream.push(Buffer.from('three'))
    expect(taken.join('')).toBe('one')
    expect(stream.isEnded).toBe(true)
  })

  it('finds a token that comes byte by byte', () => {
    const { stream, taken } = collect(token)
    for (const byte of Buffer.from(`text${token}`)) stream.push(Buffer.from([byte]))
    expect(taken.join('')).toBe('text')
    expect(stream.isEnded).toBe(true)
  })

  it('gives a prompt at once', () => {
    const { stream, taken } = collect(token)
    stream.push(Buffer.from('# '))
    expect(taken).toEqual(['# '])
  })

  it('gives back what only looked like the beginning of the token', () => {
    const { stream, taken } = collect(token)
    stream.push(Buffer.from(`a${token.slice(0, 5)}`))
    expect(taken.join('')).toBe('a')
    // No digit of a token, which is random.
    stream.push(Buffer.from('z'))
    expect(taken.join('')).toBe(`a${token.slice(0, 5)}z`)
    expect(stream.isEnded).toBe(false)
  })
})
