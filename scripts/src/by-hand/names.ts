// SPDX-License-Identifier: Apache-2.0
// Names of the table in the form of the command line.

/** `orderNumber` as `order-number`. */
export const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The flag of a field: `--merchant-id`. */
export const flagOf = (field: string): string => `--${kebab(field)}`;
