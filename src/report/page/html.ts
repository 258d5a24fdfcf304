/** Markup that was written here, and not read from anywhere. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

type Content = Html | string | number | readonly Content[] | null

/** A piece of a page. Whatever is put into it is text, unless it is {@link Html} itself. */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(
    parts
      .map((part, i) => part + (i < contents.length ? render(contents[i] ?? null) : ''))
      .join(''),
  )
}

function render(content: Content): string {
  if (content === null) return ''
  if (content instanceof Html) return content.markup
  if (typeof content === 'string' || typeof content === 'number') return escapeText(`${content}`)
  return content.map(render).join('')
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter)
}

/** JSON for a data block of a page: no text in it can end the block. */
export function embeddedJson(value: unknown): Html {
  const text = JSON.stringify(value)
  return new Html(
    text.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'),
  )
}

/** A script as the text of its element. */
export function embeddedScript(source: string): string {
  return source.replaceAll(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--')
}
