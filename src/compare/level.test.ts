import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ALPHA, CONFIDENCE, CONFIDENCE_WORDS, isEvidence } from './level.js'
import { benjaminiHochberg } from './statistics/adjust.js'

describe('the level', () => {
  test('is one number', () => {
    expect(ALPHA).toBe(Number((1 - CONFIDENCE).toFixed(12)))
    expect(CONFIDENCE_WORDS).toBe('95 %')
  })

  test('is reached by a p of exactly that, which adjusting gives: 1/32 of five rows of eight', () => {
    const adjusted = benjaminiHochberg([...Array(5).fill(1 / 32), 0.5, 0.5, 0.5])[0] ?? 1
    expect(adjusted).toBe(ALPHA)
    expect(isEvidence(adjusted)).toBe(true)
    expect(isEvidence(0.0501)).toBe(false)
  })

  test('is written out in no sentence besides', () => {
    const src = fileURLToPath(new URL('../', import.meta.url))
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !/\.test\.ts$|\/fixtures\//.test(file),
    )
    expect(files.length).toBeGreaterThan(300)
    const code = (file: string) =>
      readFileSync(`${src}${file}`, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(files.filter((file) => code(file).includes('95 %'))).toEqual([])
  })
})
