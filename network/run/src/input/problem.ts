// SPDX-License-Identifier: Apache-2.0
// What can be wrong with an input file, as data: one stable code each, with what it means and what to do.

const describe = (message: string, remedy: string): { message: string; remedy: string } => ({
  message,
  remedy,
});

/** Every problem of the input files. Codes are stable: programs may branch on them. */
export const INPUT_PROBLEMS = {
  INPUT_FILE_UNREADABLE: describe(
    'The file cannot be read.',
    'Check the path and the permissions.',
  ),
  INPUT_FILE_TOO_LARGE: describe(
    'The file is larger than 128 MiB.',
    'Split it into several files, each with the header, and run them one after the other.',
  ),
  INPUT_TOO_MANY_PROBLEMS: describe(
    'The file has 100,000 problems up to here; it is not read from here on.',
    'Check that this is the right file. Correct the rows named, then try again.',
  ),
  INPUT_BAD_ENCODING: describe(
    'The file is neither UTF-8 nor UTF-16.',
    'Export the file as UTF-8.',
  ),
  INPUT_BAD_CSV: describe(
    'A quoted cell is not closed properly; the file is not read from here on.',
    'Double every quote inside a quoted cell (RFC 4180) and close it before the next comma.',
  ),
  INPUT_MISSING_HEADER: describe(
    'The first row names none of the columns; no row of the file is read.',
    'Begin the file with the header row.',
  ),
  INPUT_MISSING_COLUMN: describe(
    'The header lacks this column; no row of the file is read.',
    'Add the column.',
  ),
  INPUT_DUPLICATE_COLUMN: describe(
    'The header names this column twice; no row of the file is read.',
    'Keep one of them.',
  ),
  INPUT_COLUMN_COUNT: describe(
    'The row has more or fewer cells than the header.',
    'Quote cells that hold commas; fill in empty cells.',
  ),
  INPUT_BAD_IDENTIFIER: describe(
    'This is no identifier.',
    'Use at most 64 letters, digits, dots, underscores and hyphens; begin with a letter or digit.',
  ),
  INPUT_BAD_TEXT: describe(
    'The text is empty, too long, or holds characters that cannot be seen; only streets and names of merchants may have several lines.',
    'Write 1 to 200 printable characters.',
  ),
  INPUT_BAD_PASSWORD: describe(
    'The bank takes no password of this length.',
    'Write 8 to 128 characters.',
  ),
  INPUT_BAD_DATE: describe(
    'This is no calendar date, or no birth date of a customer who may live.',
    'Write YYYY-MM-DD.',
  ),
  INPUT_BAD_CATEGORY: describe(
    'This is no UNSPSC code.',
    'Write 8 digits; separate several codes by semicolons.',
  ),
  INPUT_BAD_GTIN: describe(
    'This is no GTIN-13, or its check digit is wrong.',
    'Copy all 13 digits below the bar code.',
  ),
  INPUT_BAD_CURRENCY: describe(
    'ISO 4217 knows no such currency.',
    'Write three upper-case letters, e.g. EUR.',
  ),
  INPUT_BAD_MONEY: describe(
    'This is no amount of its currency.',
    'Write a decimal with a point, at most as many decimals as the currency has, no sign, no thousands separator.',
  ),
  INPUT_BAD_COUNTRY: describe(
    'This is no country code.',
    'Write two upper-case letters of ISO 3166-1.',
  ),
  INPUT_BAD_COORDINATE: describe(
    'This is no coordinate.',
    'Write decimal degrees (WGS 84) with a point and at most 6 decimals; latitude −90 to 90, longitude −180 to 180.',
  ),
  INPUT_BAD_NUMBER: describe('This is no whole number in the range allowed.', 'Write digits only.'),
  INPUT_BAD_CHOICE: describe(
    'This value is not among those allowed.',
    'Use one of the values that the schema lists.',
  ),
  INPUT_BAD_PHONE: describe(
    'This is no telephone number of E.164.',
    'Write + and the country code, digits only.',
  ),
  INPUT_BAD_EMAIL: describe('This is no e-mail address.', 'Write name@domain, or leave it empty.'),
  INPUT_BAD_TARIFF: describe(
    'This is no tariff.',
    'Write "EUR 3.50 0.20 0.50": currency, base, per kilometre, per kilogram; separate several by semicolons; one for each currency.',
  ),
  INPUT_BAD_AREA: describe(
    'This is no delivery area.',
    'Write latitude/longitude/radius in whole kilometres; separate several by semicolons.',
  ),
  INPUT_BAD_LINES: describe(
    'These are no order lines, or goods are named twice.',
    'Write gtin*quantity@price, in a waybill gtin*quantity; separate lines by semicolons.',
  ),
  INPUT_BAD_FOLLOW_UP: describe(
    'These are no follow-ups, one is named twice, or one rules out another.',
    'Use the verbs that the schema lists, each once, separated by semicolons. What expires is neither claimed nor delivered.',
  ),
  INPUT_INCOMPLETE_ADDRESS: describe(
    'The address lacks its city, country or coordinates.',
    'Fill in all five columns of the address, or none.',
  ),
  INPUT_DUPLICATE_KEY: describe(
    'An earlier row has the same key; this one is left out.',
    'Keep one of them.',
  ),
  INPUT_UNKNOWN_MERCHANT: describe(
    'Neither the merchants file has such a merchant, nor the ledger where it was asked.',
    'Correct the identifier, or name the file that has it: --merchants.',
  ),
  INPUT_UNKNOWN_CUSTOMER: describe(
    'Neither the customers file has such a customer, nor the ledger where it was asked.',
    'Correct the identifier, or name the file that has it: --customers.',
  ),
  INPUT_CUSTOMER_ELSEWHERE: describe(
    'The ledger has this customer, but not on this machine are the key of its device or its password.',
    'Run it where the customer was enrolled, name the customers file (--customers), or fill in typed_password.',
  ),
  INPUT_UNKNOWN_COURIER: describe(
    'Neither the couriers file has such a courier, nor the ledger where it was asked.',
    'Correct the identifier, leave it empty, or name the file that has it: --couriers.',
  ),
  INPUT_UNKNOWN_LOGISTICS: describe(
    'No courier belongs to this logistics company, neither in the couriers file nor on the ledger where it was asked.',
    'Correct the identifier, or name the file that has its couriers: --couriers.',
  ),
  INPUT_UNKNOWN_GOODS: describe(
    'The merchant has no such goods, neither in the goods file nor on the ledger where it was asked.',
    'Correct the GTIN, or name the file that has the goods: --goods.',
  ),
  INPUT_UNKNOWN_ADDRESS: describe(
    'The customer has no address of this number.',
    'Use the number of an address that the customers file fills in.',
  ),
  INPUT_CURRENCY_DIFFERS: describe(
    "The order's currency is not that of the goods or of the customer's account.",
    'Order goods in the currency of the account.',
  ),
} as const;

export type InputProblemCode = keyof typeof INPUT_PROBLEMS;

/** Where a row stands: the path as given, and the line on which the row begins (the header is line 1). */
export interface RowSource {
  readonly file: string;
  readonly line: number;
}

/** One problem. Never quotes the value: it may be personal data. */
export interface InputProblem extends RowSource {
  /** The column; empty when the problem is with the whole row or file (line 0: the whole file). */
  readonly field: string;
  readonly code: InputProblemCode;
  readonly message: string;
  readonly remedy: string;
}

/** @returns the problem with the words of its code. */
export const inputProblem = (
  code: InputProblemCode,
  { file, line }: RowSource,
  field = '',
): InputProblem => ({ file, line, field, code, ...INPUT_PROBLEMS[code] });
