/** Text that is HTML already: nothing else goes into a page unescaped. */
export class Html {
  constructor(readonly text: string) {}
}

/** What can stand in a template: text is escaped, HTML is not, a list is its parts, undefined is nothing. */
export type Content = string | number | Html | undefined | readonly Content[];

/** A template of HTML: html`<p>${text}</p>`. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  const parts = strings.map((string, index) => string + (index < values.length ? textOf(values[index]) : ""));
  return new Html(parts.join(""));
}

/** Replaces what HTML and XML would read as markup. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function textOf(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "object") return content.map(textOf).join("");
  return escapeMarkup(String(content));
}
