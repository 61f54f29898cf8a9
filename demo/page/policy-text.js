// Where things stand in the text of a policy file: its tables, their keys, and where the values begin and end. It reads what policies
// are written with; a table that is written in another manner is none to it, and is left to whoever wrote it.

/**
 * The `[[name]]` tables of a text, each {name, from, to, entries}, and of each entry {key, from, to, value, items}. `from` and `to` are
 * places in the text: of a table from its header to the end of its last entry, of an entry those of its value. `value` is what a text
 * says, else null; `items` are the texts of a list, each {text, from, to}, or null if it is no list of texts.
 */
export function tablesIn(text) {
  const tables = [];
  let table = null;
  let at = 0;
  while (at < text.length) {
    const line = lineAt(text, at);
    const header = /^\s*\[(\[)?\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?$/.exec(line);
    const entry = /^\s*(?:([\w-]+)|"([\w-]+)"|'([\w-]+)')\s*=[ \t]*/.exec(line);
    if (header) {
      table = header[1] ? { name: header[2], from: at, to: at + line.length, entries: [] } : null;
      if (table) tables.push(table);
    } else if (entry) {
      const read = valueAt(text, at + entry[0].length);
      const end = read.to + lineAt(text, read.to).length;
      if (table) {
        table.entries.push({ key: entry[1] ?? entry[2] ?? entry[3], ...read });
        table.to = end;
      }
      at = end + 1;
      continue;
    }
    at += line.length + 1;
  }
  return tables;
}

/** An entry of a table, by its key. */
export const entryOf = (table, key) => table.entries.find((entry) => entry.key === key) ?? null;

/** What is left of the line, without its end. */
export function lineAt(text, at) {
  const end = text.indexOf("\n", at);
  return text.slice(at, end === -1 ? undefined : end);
}

function valueAt(text, from) {
  if (text.charAt(from) === "[") return listAt(text, from);
  const quoted = quotedAt(text, from);
  if (quoted) return { from, to: quoted.to, value: quoted.text, items: null };
  const bare = lineAt(text, from).replace(/\s*(#.*)?$/, "");
  return { from, to: from + bare.length, value: null, items: null };
}

/** A list, over as many lines as it goes. */
function listAt(text, from) {
  let items = [];
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const letter = text.charAt(at);
    const quoted = quotedAt(text, at);
    if (quoted) {
      if (depth === 1) items?.push({ text: quoted.text, from: at, to: quoted.to });
      at = quoted.to;
      continue;
    }
    if (letter === "#") at += lineAt(text, at).length;
    else {
      if (letter === "[") depth += 1;
      else if (letter === "]") depth -= 1;
      else if (!/[\s,]/.test(letter)) items = null;
      if (depth > 1) items = null;
      at += 1;
      if (depth === 0) break;
    }
  }
  return { from, to: at, value: null, items: depth === 0 ? items : null };
}

/** A text in quotation marks of any of the four kinds: {text, to}. */
function quotedAt(text, at) {
  const mark = /^("""|'''|"|')/.exec(text.slice(at, at + 3))?.[1];
  if (!mark) return null;
  const isLiteral = mark.startsWith("'");
  let end = at + mark.length;
  while (end < text.length && !text.startsWith(mark, end)) {
    if (mark.length === 1 && text.charAt(end) === "\n") break;
    end += !isLiteral && text.charAt(end) === "\\" ? 2 : 1;
  }
  return { text: text.slice(at + mark.length, end), to: Math.min(end + mark.length, text.length) };
}
