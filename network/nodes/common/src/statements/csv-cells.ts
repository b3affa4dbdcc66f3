// SPDX-License-Identifier: Apache-2.0
// Cells of CSV (RFC 4180) that no reader takes for two, and no spreadsheet for a formula.

/**
 * Before the sign of a formula: what spreadsheets skip (blanks, quotes), and where they cut besides at commas: at `;` in countries that write
 * a comma in decimals, at tabs and `|` if somebody chooses so, and at ends of lines. Apostrophes in front of the sign count as part of it.
 */
const BEFORE_FORMULA = /(?<![;|\s\p{C}"])[;|\s\p{C}"]*(?='*[=+\-@＝＋－＠])/gu;

const CUT = /[;|\t\r\n]/;

/**
 * A spreadsheet takes a cell that begins with such a sign for a formula and runs it (OWASP, CSV injection); behind an apostrophe it is text.
 * Quoting is not enough: who cuts at `;` sees quotes only where a cell begins with them, and a field's quotes stand behind the fields before
 * it. So an apostrophe goes in front of the sign at the beginning and behind each place where somebody may cut. One is added there even if
 * there are some, so that whoever takes one away has the text again.
 */
const neutral = (text: string): string =>
  text.replace(BEFORE_FORMULA, (before: string, offset: number) =>
    offset === 0 || CUT.test(before) ? `${before}'` : before,
  );

/**
 * @param text of this program, such as a figure: a spreadsheet may take it for what it is
 * @returns a cell; quoted also where only readers of other separators cut, so that one which takes several sees one field
 */
export const csvCell = (text: string): string =>
  /[",]/.test(text) || CUT.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** @returns a cell with a text that somebody else wrote */
export const csvText = (text: string): string => csvCell(neutral(text));
