/** A table of Markdown: the first column left, the others right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(" | ")} |`;
  return [
    line(head),
    `|${head.map((_, index) => (index === 0 ? "---|" : "--:|")).join("")}`,
    ...rows.map(line),
  ].join("\n");
}

/** On one line, and without what would end a cell. */
export function cellText(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}
